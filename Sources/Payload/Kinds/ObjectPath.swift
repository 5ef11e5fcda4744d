import Bytes

/// What a path says by the numbers of objects and resources (OMA LwM2M, 7.3; registry of OMNA).
struct ObjectPath {
    private(set) var object: Int?
    private(set) var resource: Int?
    /// Whether it names an instance: without one there is a list of them and no more.
    private(set) var hasInstance = false

    /// A resource of an object.
    init(object: Int?, resource: Int?) { (self.object, self.resource) = (object, resource) }

    init(_ path: RawSpan) {
        var (numbers, offset) = (InlineArray<3, Int>(repeating: -1), 0)
        var count = 0
        if path.byteCount > 0, path.byte(at: 0) == UInt8(ascii: "/") { offset = 1 }
        while offset < path.byteCount, count < 3 {
            var value = 0
            let start = offset
            while offset < path.byteCount, (0x30...0x39).contains(path.byte(at: offset)), offset - start < 6 {
                value = value * 10 + Int(path.byte(at: offset) - 0x30)
                offset += 1
            }
            guard offset > start, offset == path.byteCount || path.byte(at: offset) == UInt8(ascii: "/") else { return }
            numbers[count] = value
            count += 1
            offset += 1
        }
        guard count > 0 else { return }
        object = numbers[0]
        hasInstance = count >= 2
        if count == 3 { resource = numbers[2] }
    }

    /// Whether the resource is the least or greatest value, a range, a unit or a type, and no reading (registry of OMNA).
    var isAboutSensor: Bool {
        switch resource {
        case 5601, 5602, 5603, 5604, 5605, 5701, 5750, 5751: true
        default: false
        }
    }

    /// The roles of the value under the path.
    var roles: KeyRoles {
        switch (object, resource) {
        case (0, 5): .password
        case (5, 0): .firmware
        case (5, 1): [.firmware, .updateURL]
        case (5, 2): [.firmware, .updateCommand]
        // Software management: its package URI and the order to install.
        case (9, 3): [.firmware, .updateURL]
        case (9, 4): [.firmware, .updateCommand]
        case (6, 0): .latitude
        case (6, 1): .longitude
        case (3336, 5514): .latitude
        case (3336, 5515): .longitude
        default: []
        }
    }
}
