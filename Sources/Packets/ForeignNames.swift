/// Names of what is not decoded, for whoever reads in the statistics that there was some. What is decoded needs none here.
extension EtherType {
    /// The name of the IANA and IEEE registries, or of the maker; `nil` where it says nothing to most.
    var foreignName: StaticString? {
        switch rawValue {
        case 0x0842: "Wake-on-LAN"
        case 0x22F0: "AVTP"
        case 0x22F3: "TRILL"
        case 0x22F4: "IS-IS"
        case 0x4305: "B.A.T.M.A.N."
        case 0x6003: "DECnet"
        case 0x8035: "RARP"
        case 0x809B: "AppleTalk"
        case 0x8137: "IPX"
        case 0x8808: "flow control"
        case 0x8809: "slow protocols"
        case 0x8870: "jumbo LLC"
        case 0x8874: "Broadcom tag"
        case 0x887B: "HomePlug"
        case 0x888E: "EAPOL"
        case 0x8892: "PROFINET"
        case 0x8899: "Realtek"
        case 0x88A2: "ATA over Ethernet"
        case 0x88A4: "EtherCAT"
        case 0x88AB: "POWERLINK"
        case 0x88B5, 0x88B6: "local experimental"
        case 0x88B8: "GOOSE"
        case 0x88BA: "sampled values"
        case 0x88BF: "MikroTik RoMON"
        case 0x88CA: "TIPC"
        case 0x88CD: "SERCOS III"
        case 0x88E1: "HomePlug AV"
        case 0x88E3: "MRP"
        case 0x88E5: "MACsec"
        case 0x88F7: "PTP"
        case 0x88FB: "PRP and HSR supervision"
        case 0x8902: "CFM"
        case 0x8903: "FabricPath"
        case 0x8906: "FCoE"
        case 0x8909: "Cisco metadata"
        case 0x890D: "802.11"
        case 0x8914: "FCoE initialization"
        case 0x8915: "RoCE"
        case 0x891D: "TTEthernet"
        case 0x8926: "VN-Tag"
        case 0x892F: "HSR"
        case 0x893A: "IEEE 1905.1"
        case 0x893F: "E-Tag"
        case 0x894F: "NSH"
        case 0x9000: "loopback test"
        case 0xA0ED: "6LoWPAN"
        case 0xAEFE: "eCPRI"
        case 0xD28B: "Arista"
        case 0xF1C1: "R-Tag"
        default: nil
        }
    }
}

extension IPProtocol {
    /// The name of IANA's registry; `nil` for rare ones.
    var foreignName: StaticString? {
        switch rawValue {
        case 8: "EGP"
        case 9: "IGP"
        case 33: "DCCP"
        case 46: "RSVP"
        case 50: "ESP"
        case 51: "AH"
        case 55: "MOBILE"
        case 59: "no next header"
        case 88: "EIGRP"
        case 89: "OSPF"
        case 94: "IPIP"
        case 97: "EtherIP"
        case 98: "encapsulation"
        case 103: "PIM"
        case 108: "IPComp"
        case 112: "VRRP"
        case 115: "L2TP"
        case 124: "IS-IS"
        case 132: "SCTP"
        case 136: "UDP-Lite"
        case 143: "Ethernet"
        default: nil
        }
    }
}

extension LinkType {
    /// The name of the tcpdump group's registry in short; `nil` for rare ones.
    var foreignName: StaticString? {
        switch rawValue {
        case 6: "IEEE 802.5"
        case 8: "SLIP"
        case 105: "IEEE 802.11"
        case 119: "IEEE 802.11, Prism"
        case 127: "IEEE 802.11, radiotap"
        case 143: "DOCSIS"
        case 147...162: "private"
        case 163: "IEEE 802.11, AVS"
        case 189, 220: "USB"
        case 187, 201, 251, 255, 256: "Bluetooth"
        case 192: "PPI"
        case 195, 215, 230, 283: "IEEE 802.15.4"
        case 227: "CAN"
        case 239: "NFLOG"
        case 253: "netlink"
        case 258: "PKTAP"
        default: nil
        }
    }
}

extension TunnelPort {
    /// The tunnel that ends at the port, read here or not; `nil` for other ports.
    var name: StaticString? {
        switch rawValue {
        case 4500: "IPsec"
        case 1194: "OpenVPN"
        case 1701: "L2TP"
        case 2152: "GTP-U"
        case 3544: "Teredo"
        case 4341: "LISP"
        case 4754: "GRE"
        case 4789, 8472: "VXLAN"
        case 4790: "VXLAN-GPE"
        case 5246, 5247: "CAPWAP"
        case 6080: "GUE"
        case 6081: "Geneve"
        case 6635: "MPLS"
        case 14567: "MQTT over QUIC"
        case 37008: "TZSP"
        case 41641: "Tailscale"
        case 51820: "WireGuard"
        default: nil
        }
    }
}
