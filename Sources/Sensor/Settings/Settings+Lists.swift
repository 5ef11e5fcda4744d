import Network
import Yams

extension SettingType<[String: [String]]> {
    /// A map from the names of lists to texts and numbers.
    static let lists = SettingType(noun: "a map of lists") { key, node throws(SettingFault) in
        guard let mapping = node.mapping else {
            throw SettingFault(
                message: "'\(key)' wants a map of lists, such as 'home_networks: [10.0.0.0/8]'", mark: node.mark)
        }
        var lists: [String: [String]] = [:]
        for (name, items) in mapping {
            let text = name.string ?? ""
            guard isListName(text) else {
                throw SettingFault(
                    message: "'\(text)' is no name of a list: letters, digits, '_', '-' and '.' are", mark: name.mark)
            }
            guard lists[text] == nil else {
                throw SettingFault(message: "the list '\(text)' is given twice", mark: name.mark)
            }
            lists[text] = try texts(of: text, items)
        }
        return lists
    } show: {
        .lists($0)
    }

    private static func texts(of name: String, _ value: Node) throws(SettingFault) -> [String] {
        let items = value.sequence.map(Array.init) ?? [value]
        var texts: [String] = []
        for item in items {
            guard let text = item.scalar?.string, !text.isEmpty else {
                throw SettingFault(
                    message: "the list '\(name)' wants texts, such as [10.0.0.0/8, 192.168.1.1]", mark: item.mark)
            }
            // The shipped rules compare addresses with these.
            if SiteLists.all.contains(where: { $0.name == name }), CIDRBlock(text) == nil {
                throw SettingFault(
                    message: "the list '\(name)' wants addresses and networks, such as [10.0.0.5, 192.168.7.0/24]; "
                        + "'\(text)' is none", mark: item.mark)
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
