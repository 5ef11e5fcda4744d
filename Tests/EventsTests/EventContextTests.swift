import Bytes
import Events
import Network
import Testing

@Suite struct EventContextTests {
    static func context(_ direction: Direction = .toServer) -> EventContext {
        var vlans = VLANTags()
        vlans.append(100)
        vlans.append(4094)
        var tunnels = TunnelPath()
        for tunnel in [Tunnel.mpls, .vxlan, .gre] { tunnels.append(tunnel) }
        return EventContext(
            timestamp: Timestamp(nanoseconds: 1_795_253_400_123_456_789), frameNumber: 12,
            source: Endpoint(IPAddress(v4: 0xC000_020A), 40001),
            destination: Endpoint(IPAddress(v4: 0xC000_0201), 1883),
            sourceMAC: MACAddress(0x0200_0000_0001), vlans: vlans, tunnels: tunnels, transport: .tcp,
            direction: direction)
    }

    @Test("client and server addresses follow the direction") func rolesFollowTheDirection() {
        let asked = Self.context(.toServer)
        #expect(asked.client == asked.source && asked.server == asked.destination)
        let answered = Self.context(.toClient)
        #expect(answered.client == answered.destination && answered.server == answered.source)
        #expect(Direction.toServer.reversed == .toClient && Direction.toClient.reversed == .toServer)
    }

    @Test("four VLAN tags are kept, the outermost first") func vlanTagsKeepFourOutermostFirst() {
        var tags = VLANTags()
        #expect(tags.count == 0)
        for identifier in [1, 4095, 0, 7, 99] as [UInt16] { tags.append(identifier) }
        #expect(tags.count == 4)
        #expect((0..<4).map { tags[$0] } == [1, 4095, 0, 7])
        #expect(tags[4] == 0, "beyond the last")
        var one = VLANTags()
        one.append(0)
        #expect(one != VLANTags(), "a tag of 0 (priority only) is a tag")
    }

    @Test("Every common field answers") func everyCommonFieldAnswers() {
        let context = Self.context()
        for field in CommonField.allCases {
            var values = FieldValues()
            context.read(field.id, category: .mqtt, into: &values)
            let expected = [
                .vlanID: 2, .tunnel: 3, .anomaly: 0, .carrier: 0, .proxiedIP: 0, .destinationMAC: 0,
            ][field, default: 1]
            #expect(values.count == expected, "\(field)")
        }
        var values = FieldValues()
        context.read(ViolationField.id.fieldID, category: .mqtt, into: &values)
        #expect(values.count == 0)
    }
}
