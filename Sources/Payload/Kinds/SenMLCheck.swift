import Bytes

/// Whether the members of an array are records of SenML (RFC 8428, 4 and 6): nothing but its labels, a name and a value among them.
struct SenMLCheck {
    private var isArray = false
    private var (labels, foreign, names, values) = (0, 0, 0, 0)

    mutating func open(depth: Int, isArray: Bool) {
        if depth == 0 { self.isArray = isArray }
        if depth > 1 { foreign += 1 }
    }

    /// Takes a member.
    mutating func note(_ key: MemberKey, _ value: Scalar, _ bytes: RawSpan, depth: Int) {
        guard isArray, depth == 2 else { return foreign += 1 }
        switch key {
        case .text(let range):
            let label = bytes.slice(range)
            if Self.names.contains(where: { label.elementsEqual($0) }) {
                names += 1
            } else if Self.values.contains(where: { label.elementsEqual($0) }) {
                values += 1
            } else if !Self.others.contains(where: { label.elementsEqual($0) }) {
                return foreign += 1
            }
        case .number(let number):
            // Labels of CBOR (RFC 8428, 6, table 4).
            switch number {
            case -2, 0: names += 1
            case 2, 3, 4, 5, 8, -5, -6: values += 1
            case -1, -3, -4, 1, 6, 7: break
            default: return foreign += 1
            }
        case .none: return foreign += 1
        }
        labels += 1
    }

    /// Whether a member is the name of a record.
    func isName(_ key: MemberKey, _ bytes: RawSpan) -> Bool {
        switch key {
        case .number(let number): isArray && (number == -2 || number == 0)
        case .text(let range): isArray && Self.names.contains { bytes.slice(range).elementsEqual($0) }
        case .none: false
        }
    }

    /// Whether all that was seen is SenML.
    var isSenML: Bool { isArray && foreign == 0 && names > 0 && values > 0 }

    private static let names: [StaticString] = ["n", "bn"]
    private static let values: [StaticString] = ["v", "vs", "vb", "vd", "s", "bv", "bs"]
    private static let others: [StaticString] = ["u", "bu", "t", "bt", "ut", "bver"]
}

/// Latitude and longitude as two members of a payload.
struct CoordinatePair {
    /// Half of a pair.
    struct Half {
        var value: Double
        /// Whether it is what it is called beyond doubt: by its decimals, or a name that means nothing else.
        var isSure: Bool
    }

    private(set) var latitude: Half?
    private(set) var longitude: Half?
    private var zeros = 0

    /// Takes a number that is called latitude.
    mutating func note(latitude value: Double, isSure: Bool) {
        if value == 0 {
            zeros += 1
        } else if Places.isLatitude(value) || Places.isScaled(value, limit: 90) {
            latitude = Half(value: value, isSure: isSure)
        }
    }

    /// Takes a number that is called longitude.
    mutating func note(longitude value: Double, isSure: Bool) {
        if value == 0 {
            zeros += 1
        } else if Places.isLongitude(value) || Places.isScaled(value, limit: 180) {
            longitude = Half(value: value, isSure: isSure)
        }
    }

    /// Whether a place was given; half of a pair counts where nothing else can be meant.
    var isPlace: Bool {
        if latitude != nil && longitude != nil { return true }
        guard zeros == 0, let half = latitude ?? longitude else { return false }
        return half.isSure
    }
}
