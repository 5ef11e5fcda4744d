import Foundation
import Network

/// An address and its port as `address:port`; an IPv6 address stands in brackets.
///
/// A port that is not known is left out.
func endText(_ address: IPAddress, _ port: UInt16?) -> String {
    guard let port else { return address.description }
    return address.isIPv4 ? "\(address):\(port)" : "[\(address)]:\(port)"
}

extension Alert {
    /// Whether the sender of the message is the client; `nil` where that is not known.
    var isFromClient: Bool? {
        guard let clientIP, let sourceIP, let destinationIP else { return nil }
        guard sourceIP == destinationIP else {
            return clientIP == sourceIP ? true : clientIP == destinationIP ? false : nil
        }
        // Both ends on one host: only the event can tell.
        guard let object = try? JSONSerialization.jsonObject(with: Data(event.utf8)) as? [String: Any] else {
            return nil
        }
        switch object["network.direction"] as? String {
        case "to_server": return true
        case "to_client": return false
        default: return nil
        }
    }

    /// `client -> server` with what is known of the ports; sender and receiver where the roles are not known; empty where no
    /// address is.
    var whoToWhom: String {
        switch isFromClient {
        case true?: return pair(endText(sourceIP, sourcePort), endText(destinationIP, destinationPort))
        case false?: return pair(endText(destinationIP, destinationPort), endText(sourceIP, sourcePort))
        case nil: break
        }
        if clientIP != nil || serverIP != nil { return pair(endText(clientIP, nil), endText(serverIP, nil)) }
        return pair(endText(sourceIP, sourcePort), endText(destinationIP, destinationPort))
    }

    private func endText(_ address: IPAddress?, _ port: UInt16?) -> String? {
        address.map { Alerts.endText($0, port) }
    }

    private func pair(_ left: String?, _ right: String?) -> String {
        switch (left, right) {
        case (let left?, let right?): "\(left) -> \(right)"
        case (let left?, nil): left
        case (nil, let right?): "-> \(right)"
        case (nil, nil): ""
        }
    }
}
