import Packets

extension LinkType {
    /// The link type of a DLT number of libpcap on Linux.
    ///
    /// Both number the same types alike except for a few old ones, whose DLT differs by system, and all that came after
    /// 104 (pcap-linktype(7)).
    init(dlt: Int32) {
        switch dlt {
        case 11: self.init(rawValue: 100)
        case 12, 14: self = .raw
        case 15: self.init(rawValue: 102)
        case 16: self.init(rawValue: 103)
        case 19: self.init(rawValue: 106)
        default: self.init(rawValue: UInt32(bitPattern: dlt))
        }
    }

    /// The DLT number by which libpcap on Linux knows the type.
    var dlt: Int32 {
        switch rawValue {
        case 100: 11
        case 101: 12
        case 102: 15
        case 103: 16
        case 106: 19
        default: Int32(truncatingIfNeeded: rawValue)
        }
    }

    /// The link type of a field in a capture file.
    ///
    /// Some writers put the DLT number of raw IP there, which is 12 or 14.
    init(inFile value: UInt32) {
        switch value {
        case 12, 14: self = .raw
        default: self.init(rawValue: value)
        }
    }
}
