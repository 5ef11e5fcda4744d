import Bytes
import Events
import Network
import Tables
import Testing

@Test("Carrier violations have names") func carrierViolationsHaveNames() {
    var all = CarrierViolations()
    #expect(all.isEmpty)
    for violation in CarrierViolation.allCases {
        #expect(!all.contains(violation))
        all.insert(violation)
        #expect(all.contains(violation))
    }
    var names: [String] = []
    all.forEach { names.append($0.name.description) }
    #expect(names.count == CarrierViolation.allCases.count)
    #expect(Set(names).count == names.count, "each of them is told apart")
    #expect(names.allSatisfy { $0.hasPrefix("RFC") || $0.hasPrefix("MQTT-6.0.0-") })
    var values = FieldValues()
    all.append(to: &values)
    #expect(values.count == names.count)
}

@Test("network.protocol names what carries a message") func whatCarriesAMessageIsAField() {
    var context = EventContext(
        timestamp: .zero, frameNumber: 1, source: Endpoint(.unspecified, 1), destination: Endpoint(.unspecified, 2),
        transport: .tcp, direction: .toServer)
    let registry = FieldRegistry(blocks: [CommonField.block])
    let field = registry.field(named: "network.protocol")
    #expect(field?.info.isList == true)
    for isWebSocket in [false, true] {
        context.carrier.isWebSocket = isWebSocket
        var values = FieldValues()
        context.read(CommonField.carrier.id, category: .mqtt, into: &values)
        #expect(values.count == (isWebSocket ? 1 : 0))
    }
}

@Test("Proxies stand before WebSocket, outermost first") func proxiesAreNamed() {
    var context = EventContext(
        timestamp: .zero, frameNumber: 1, source: Endpoint(.unspecified, 1), destination: Endpoint(.unspecified, 2),
        transport: .tcp, direction: .toServer)
    func names() -> [String] {
        var values = FieldValues()
        context.read(CommonField.carrier.id, category: .mqtt, into: &values)
        return values.values.map { value in
            guard case .bytes(let reference) = value else { return "" }
            return values.withBytes(reference, message: [UInt8]().span.bytes) { String(copying: $0) }
        }
    }
    context.carrier.isWebSocket = true
    for layer in [.proxyProtocol, .httpConnect, .socks, .proxyProtocol, .socks] as [ProxyLayer] {
        context.carrier.proxies.append(layer)
    }
    #expect(
        names() == ["proxy-protocol", "http-connect", "socks", "proxy-protocol", "websocket"], "a fifth is dropped")
    context.carrier.client = Endpoint(IPAddress(v4: 1), 7)
    #expect(context.client == Endpoint(IPAddress(v4: 1), 7) && context.server.port == 2)
}
