import Bytes
import Network

extension SeededHash {
    /// The key of a client identifier at a server.
    func clientKey(_ clientID: RawSpan, _ server: Endpoint) -> UInt64 { hash(clientID, initial: key(server, 1)) }

    /// The key of a topic at a server.
    func topicKey(_ topic: RawSpan, _ server: Endpoint) -> UInt64 { hash(topic, initial: key(server, 2)) }

    /// The key of the topic of a will at a server: of Sparkplug that of the node, whose death is its will.
    func willKey(_ topic: RawSpan, _ server: Endpoint) -> UInt64 {
        guard let node = SparkplugTopic(topic) else { return hash(topic, initial: key(server, 3)) }
        return hash(topic.slice(node.node), initial: hash(topic.slice(node.group), initial: key(server, 5)))
    }

    /// The key of a password and its user name at a server.
    func passwordKey(_ password: RawSpan, of userName: RawSpan, _ server: Endpoint) -> UInt64 {
        hash(password, initial: hash(userName, initial: key(server, 6)))
    }

    /// The key of a client's address at a server.
    func addressKey(_ address: IPAddress, _ server: Endpoint) -> UInt64 {
        hash(address.high, address.low, key(server, 4), address.isIPv4 ? 4 : 6, 4)
    }

    private func key(_ server: Endpoint, _ purpose: UInt64) -> UInt64 {
        let address = server.address
        return hash(address.high, address.low, UInt64(server.port), address.isIPv4 ? 4 : 6, purpose)
    }
}
