import Network

/// Whether the port is where the devices are.
enum PlaceCheck {
    static func judge(_ survey: PortSurvey, _ context: PortContext) -> Finding {
        let stations = survey.stations
        let couples = stations.couples
        let addresses = UInt64(clamping: stations.addresses.count)
        let figures = [
            "stations": Double(Set(stations.pairs.keys.flatMap { [$0.source, $0.destination] }).count),
            "addresses": Double(addresses), "arp": Double(stations.arp), "dhcp": Double(stations.dhcp),
        ]
        guard stations.unicast + stations.group > 0 else {
            return Finding(
                .place, .unknown, "frames have no addresses of Ethernet: devices are known by their IP addresses only",
                figures: figures)
        }
        let own = Set(context.interfaces.compactMap(\.address))
        let ownFrames = stations.pairs.reduce(UInt64(0)) {
            own.contains($1.key.source) || own.contains($1.key.destination) ? $0 + $1.value : $0
        }
        var seen = [
            "\(Text.count(UInt64(clamping: Int(figures["stations"] ?? 0)), "station")), "
                + "\(Text.count(addresses, "IP address")), ARP \(Text.number(stations.arp)), DHCP "
                + "\(Text.number(stations.dhcp)), LLDP \(Text.number(stations.lldp))"
        ]
        for interface in context.interfaces {
            if !interface.addresses.isEmpty {
                seen.append(
                    "\(interface.name) has \(Text.list(interface.addresses.map { Text.address($0) })): a port that "
                        + "only listens needs none"
                )
            }
            if interface.isPromiscuous == false { seen.append("\(interface.name) is not in promiscuous mode") }
        }
        if ownFrames > 0 { seen.append("\(Text.count(ownFrames, "frame")) of this machine's own traffic") }
        // Many addresses behind one pair of stations are behind two routers.
        if couples == 1, stations.otherPairs == 0, addresses >= 8, stations.unicast >= 200 {
            return Finding(
                .place, .warning, "all traffic is between the same two stations",
                seen: seen,
                meaning:
                    "Behind each is a router, or a bridge of many machines. Devices are seen by their IP addresses "
                    + "only: who spoofs or moves cannot be told, and what devices of one network say to each "
                    + "other never comes here.",
                cure: ["Mirror the ports of the devices, or a trunk inside their network, not the link to the router."],
                figures: figures)
        }
        let isLongEnough = (context.seconds ?? 0) >= 30 && survey.frames >= 500
        if context.isLive, isLongEnough, stations.arp == 0, stations.addresses.contains(where: \.isIPv4) {
            return Finding(
                .place, .warning,
                "there is no ARP: the mirror leaves out broadcasts, or is not in the devices' network", seen: seen,
                meaning: "New devices, and those that spoof addresses, are seen only when they speak to others.",
                cure: ["Mirror whole ports (RX of those of the devices), not a filter by IP."], figures: figures)
        }
        return Finding(
            .place, .ok,
            stations.arp + stations.dhcp > 0
                ? "devices are seen with their addresses of Ethernet" : "stations are seen",
            seen: seen, figures: figures)
    }
}
