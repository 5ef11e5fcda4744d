import Network
import Yams

extension Settings {
    /// Reads `lists`: a map from names to lists of texts and numbers.
    func lists(_ key: String, _ value: Node) throws(SensorError) -> [String: [String]] {
        guard let mapping = value.mapping else {
            throw SensorError(.configuration, "'\(key)' wants a map of lists, such as 'home_networks: [10.0.0.0/8]'")
        }
        var lists: [String: [String]] = [:]
        for (name, items) in mapping {
            let name = name.string ?? ""
            guard Self.isListName(name) else {
                throw SensorError(
                    .configuration, "'\(name)' is no name of a list: letters, digits, '_', '-' and '.' are")
            }
            guard lists[name] == nil else { throw SensorError(.configuration, "the list '\(name)' is given twice") }
            lists[name] = try texts(of: name, items)
        }
        return lists
    }

    private func texts(of name: String, _ value: Node) throws(SensorError) -> [String] {
        let items = value.sequence.map(Array.init) ?? [value]
        var texts: [String] = []
        for item in items {
            guard let text = item.scalar?.string, !text.isEmpty else {
                throw SensorError(.configuration, "the list '\(name)' wants texts, such as [10.0.0.0/8, 192.168.1.1]")
            }
            // The shipped rules compare addresses with these.
            if SiteLists.all.contains(where: { $0.name == name }), CIDRBlock(text) == nil {
                throw SensorError(
                    .configuration,
                    "the list '\(name)' wants addresses and networks, such as [10.0.0.5, 192.168.7.0/24]; '\(text)' is none"
                )
            }
            texts.append(text)
        }
        return texts
    }

    private static func isListName(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }
}
