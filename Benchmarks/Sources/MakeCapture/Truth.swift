/// What a capture holds, counted while it is made.
struct Truth: Codable {
    var workload = ""
    var seed: UInt64 = 0
    var frames = 0
    var wireBytes = 0
    var fileBytes = 0
    var tcpFlows = 0
    var udpFlows = 0
    var mqtt = MQTT()
    var coap = CoAP()
    var adverse = Adverse()
    var sessionsByKind: [String: Int] = [:]
    var framesByKind: [String: Int] = [:]

    struct MQTT: Codable {
        var messages = 0
        /// Messages of which a byte was not captured; they are among `messages`.
        var messagesHitByCaptureLoss = 0
        var byType: [String: Int] = [:]
        var byTypeHitByCaptureLoss: [String: Int] = [:]
        var connectsByVersion: [String: Int] = [:]
        var publishesByQuality: [Int] = [0, 0, 0]
        var streamBytes = 0
        var payloadBytes = 0
        var refused = 0
        var filtersOfEverything = 0
        var filtersOfSystemTopics = 0
        var clientsWithoutIdentifier = 0
        var resetByClient = 0
        var messagesOnOtherPorts = 0
    }

    struct CoAP: Codable {
        var messages = 0
        var byType: [String: Int] = [:]
        var byCode: [String: Int] = [:]
        var notifications = 0
        var blocks = 0
        var discoveries = 0
        var repeatedRequests = 0
        var payloadBytes = 0
    }

    /// What was done to flows on their way.
    struct Adverse: Codable {
        var bentFlows = 0
        var reordered = 0
        var duplicated = 0
        var overlapping = 0
        var conflictingCopies = 0
        var segmentsLost = 0
        var bytesLost = 0
        var late = 0
        var acknowledgedAhead = 0
        var fragmentedPackets = 0
        var fragments = 0
        var tinySegments = 0
        var midStream = 0
        var taggedFrames = 0
        var doubleTaggedFrames = 0
        var extensionHeaders = 0
    }
}
