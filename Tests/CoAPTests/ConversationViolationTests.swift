import CoAP
import Events
import Network
import TestSupport
import Testing

/// Bytes of a step: `>` from the client, `<` from the server.
private struct Play: CustomTestStringConvertible, Sendable {
    var name: String
    var steps: [String]
    /// What the last step breaks.
    var id: String?
    /// Seconds between two steps.
    var gap = 0.5

    var testDescription: String { name }
}

private let plays = [
    // RFC 7252, 4.3: an Empty ACK and a piggybacked response to a NON.
    Play(name: "ACK to a NON", steps: ["> 50 01 0001", "< 60 00 0001"], id: "RFC7252-4.3"),
    Play(name: "response in an ACK to a NON", steps: ["> 51 01 0001 aa", "< 61 45 0001 aa"], id: "RFC7252-4.3"),
    Play(name: "RST to a NON", steps: ["> 50 01 0001", "< 70 00 0001"], id: nil),
    Play(name: "ACK before its CON", steps: ["< 60 00 0001", "> 41 01 0001 01"], id: nil),
    Play(
        name: "ACK to a CON of the server, a NON of the client with the same id",
        steps: ["> 51 01 0001 01", "< 41 01 0001 02", "> 60 00 0001"], id: nil),
    Play(
        name: "ACK to a CON whose id a NON had before its time",
        steps: ["> 51 01 0001 01", "> 41 01 0001 02", "< 61 45 0001 02"], id: nil, gap: 145),
    // RFC 7252, 4.4: within EXCHANGE_LIFETIME (247 s) of a CON, NON_LIFETIME (145 s) of a NON.
    Play(name: "id again", steps: ["> 41 01 0001 01", "> 41 01 0001 02"], id: "RFC7252-4.4"),
    Play(name: "id again as a NON", steps: ["> 41 01 0001 01", "> 51 01 0001 02"], id: "RFC7252-4.4"),
    Play(name: "a copy", steps: ["> 41 01 0001 01", "> 41 01 0001 01"], id: nil),
    Play(name: "a copy of a NON", steps: ["> 51 02 0001 01 ff 31", "> 51 02 0001 01 ff 31"], id: nil),
    // RFC 7641, 4.4: the Observe option of a copy is brought up to date.
    Play(
        name: "a copy of a notification",
        steps: [
            "> 41 01 0001 01 60", "< 61 45 0001 01 61 05 ff 31", "< 41 45 0701 01 61 06 ff 32",
            "< 41 45 0701 01 62 01 06 ff 32",
        ], id: nil),
    Play(
        name: "id of a notification for another type of message",
        steps: ["> 41 01 0001 01 60", "< 61 45 0001 01 61 05", "< 41 45 0701 01 61 06", "< 51 45 0701 01 61 07"],
        id: "RFC7252-4.4"),
    Play(
        name: "a copy behind the answer and the next request",
        steps: ["> 41 01 0001 01", "< 61 45 0001 01", "> 41 01 0002 02", "> 41 01 0001 01"], id: nil),
    Play(name: "id again after 246 s", steps: ["> 41 01 0001 01", "> 41 01 0001 02"], id: "RFC7252-4.4", gap: 246),
    Play(name: "id again after 247 s", steps: ["> 41 01 0001 01", "> 41 01 0001 02"], id: nil, gap: 247),
    Play(name: "id of a NON after 144 s", steps: ["> 51 01 0001 01", "> 51 01 0001 02"], id: "RFC7252-4.4", gap: 144),
    Play(name: "id of a NON after 145 s", steps: ["> 51 01 0001 01", "> 51 01 0001 02"], id: nil, gap: 145),
    Play(name: "id of the other side", steps: ["> 41 01 0001 01", "< 41 01 0001 02"], id: nil),
    Play(
        name: "another answer to a copy",
        steps: ["> 41 01 0001 01", "< 61 45 0001 01 ff 31", "> 41 01 0001 01", "< 61 45 0001 01 ff 32"], id: nil),
    // RFC 7252, 5.3.1: the token is the request's alone until it is answered, and comes back with the answer.
    Play(
        name: "token again while a response is promised",
        steps: ["> 41 01 0001 01 b161", "< 60 00 0001", "> 41 01 0002 01 b162"], id: "RFC7252-5.3.1"),
    Play(
        name: "token again, first answered and then twice at once",
        steps: ["> 41 01 0001 01", "< 61 45 0001 01", "> 41 01 0002 01", "> 41 01 0003 01"], id: "RFC7252-5.3.1"),
    Play(
        name: "token again of a NON",
        steps: ["> 51 03 0001 01", "< 51 44 0701 01", "> 51 03 0002 01", "> 51 03 0003 01"], id: nil),
    Play(name: "token again, the server unheard", steps: ["> 41 01 0001 01", "> 41 01 0002 01"], id: nil),
    Play(
        name: "token again when the request may be given up",
        steps: ["> 41 01 0001 01", "< 60 00 0001", "> 41 01 0002 01"], id: nil, gap: 1),
    Play(
        name: "token again with the Echo that the server asked for",
        steps: ["> 41 03 0001 01", "< 61 81 0001 01 d1 ef aa", "> 41 03 0002 01 d1 ef aa"], id: nil),
    Play(
        name: "the end of an observation that began unseen, twice",
        steps: ["> 41 01 0001 01 61 01", "< 60 00 0001", "> 41 01 0002 01 61 01"], id: nil),
    Play(
        name: "registered again while the first answer is awaited",
        steps: ["> 41 01 0001 01 60", "< 60 00 0001", "> 41 01 0002 01 60"], id: nil),
    Play(
        name: "token of the request for the next block",
        steps: ["> 41 01 0001 01 d1 0a 00", "< 60 00 0001", "> 41 01 0002 01 d1 0a 10"], id: nil),
    Play(
        name: "token again when answered", steps: ["> 41 01 0001 01", "< 61 45 0001 01", "> 41 01 0002 01"], id: nil),
    Play(name: "no token twice", steps: ["> 40 01 0001", "> 40 01 0002"], id: nil),
    Play(
        name: "another observation with its token",
        steps: ["> 41 01 0001 01 60", "< 61 45 0001 01 61 05", "> 41 01 0002 01 60"], id: nil),
    Play(
        name: "token of a request that wants no response",
        steps: ["> 51 03 0001 01 d1 f5 1a", "> 51 03 0002 01 d1 f5 1a"], id: nil),
    Play(
        name: "a late copy of the answer to the request before",
        steps: ["> 41 01 0001 01", "< 61 45 0001 01", "> 41 01 0002 01", "< 61 45 0001 01"], id: nil),
    Play(name: "an answer, the request unseen", steps: ["< 61 45 0001 01"], id: nil),
    Play(name: "other token in the ACK", steps: ["> 41 01 0001 01", "< 61 45 0001 02"], id: "RFC7252-5.3.1"),
    // RFC 7959, 2.4.
    Play(
        name: "larger block than asked for", steps: ["> 41 01 0001 01 d1 0a 01", "< 61 45 0001 01 d1 0a 02 ff 61"],
        id: "RFC7959-2.4"),
    Play(
        name: "smaller block than asked for", steps: ["> 41 01 0001 01 d1 0a 01", "< 61 45 0001 01 d1 0a 00 ff 61"],
        id: nil),
    Play(
        name: "another block than asked for", steps: ["> 41 01 0001 01 d1 0a 10", "< 61 45 0001 01 d1 0a 20 ff 61"],
        id: "RFC7959-2.4"),
    Play(
        name: "the same bytes in smaller blocks",
        steps: ["> 41 01 0001 01 d1 0a 11", "< 61 45 0001 01 d1 0a 20 ff 61"], id: nil),
    Play(
        name: "larger blocks than at first",
        steps: [
            "> 41 01 0001 01 d1 0a 02", "< 61 45 0001 01 d1 0a 08 ff 61616161616161616161616161616161",
            "> 41 01 0002 01 d1 0a 11",
        ], id: "RFC7959-2.4"),
    Play(
        name: "the first size that is asked for, at the second request",
        steps: [
            "> 41 01 0001 01", "< 61 45 0001 01 d1 0a 08 ff 61616161616161616161616161616161",
            "> 41 01 0002 01 d1 0a 11",
        ], id: nil),
    Play(
        name: "larger blocks of the same body for another client of a proxy",
        steps: [
            "> 41 01 0001 01 d1 0a 02", "< 61 45 0001 01 d1 0a 08 ff 61616161616161616161616161616161",
            "> 41 01 0002 02 d1 0a 11",
        ], id: nil),
    Play(
        name: "the answer to a copy of the request for the block before",
        steps: [
            "> 41 01 0001 01 d1 0a 00", "< 61 45 0001 01 d1 0a 08 ff 61616161616161616161616161616161",
            "> 41 01 0002 01 d1 0a 10", "< 61 45 0001 01 d1 0a 08 ff 61616161616161616161616161616161",
        ], id: nil),
    Play(
        name: "a copy of the separate response with the block before",
        steps: [
            "> 41 01 0001 01 d1 0a 00", "< 41 45 0701 01 d1 0a 08 ff 61616161616161616161616161616161",
            "> 41 01 0002 01 d1 0a 10", "< 41 45 0701 01 d1 0a 08 ff 61616161616161616161616161616161",
        ], id: nil),
    Play(
        name: "a notification while the rest of the one before is fetched under its token",
        steps: [
            "> 41 01 0001 01 60 d1 04 00", "< 61 45 0001 01 61 05 d1 04 08 ff 61616161616161616161616161616161",
            "> 41 01 0002 01 d1 0a 10", "< 51 45 0701 01 61 06 d1 04 08 ff 62626262626262626262626262626262",
        ], id: nil),
]

@Test("violations that only the conversation shows", arguments: plays)
private func brokenByWhatWentBefore(play: Play) throws {
    let listener = Listener()
    var found: [String] = []
    for (index, step) in play.steps.enumerated() {
        let isRequest = step.hasPrefix(">")
        let event = try #require(
            listener.hear(
                hex(step), from: isRequest ? Listener.client : Listener.server,
                to: isRequest ? Listener.server : Listener.client, at: Double(index) * play.gap))
        found = event.list("violation.id")
        if index < play.steps.count - 1 { #expect(found == []) }
    }
    #expect(found == (play.id.map { [$0] } ?? []))
}

/// RFC 7252, 8.1: a member of a group that is not aware of it may reset a request, and nobody else knows whether it is.
@Test("a Reset from one member of a multicast group") func resetByAMemberOfAGroup() throws {
    let listener = Listener()
    let group = Endpoint(IPAddress(v4: 0xE000_01BB), 5683)
    let request = try #require(listener.hear(hex("51 01 0007 aa"), to: group))
    #expect(request["coap.multicast"] == "true")
    let reset = try #require(listener.hear(hex("70 00 0007"), from: Listener.server, to: Listener.client))
    #expect(reset.list("violation.id") == [] && reset.direction == .toClient)
}

/// A server that answers from another of its addresses breaks RFC 7252, 5.3.2, but nobody can know that it is the same; a
/// port that an address translation gave to another client looks like another end.
@Test("Ends that are not known") func endsThatAreNotKnown() throws {
    let listener = Listener()
    listener.hear(hex("41 01 0001 01"))
    let other = Endpoint(IPAddress(v4: 0x0A00_00FE), 5683)
    let answer = try #require(listener.hear(hex("61 45 0001 02"), from: other, to: Listener.client))
    #expect(answer.list("violation.id") == [])
    let translated = Endpoint(Listener.client.address, Listener.client.port ^ 1)
    let request = try #require(listener.hear(hex("41 01 0001 01 b161"), from: translated, to: Listener.server))
    #expect(request.list("violation.id") == [])
}

/// RFC 7252, 5.3.1: a token is unique for a pair of ends, and another group is another end.
@Test("Token shared by two groups") func tokenSharedByTwoGroups() throws {
    let listener = Listener()
    listener.hear(hex("51 01 0001 aa"), to: Endpoint(IPAddress(v4: 0xE000_01BB), 5683))
    let answer = try #require(listener.hear(hex("51 45 0701 aa"), from: Listener.server, to: Listener.client))
    #expect(answer["coap.matched"] == "true")
    listener.hear(hex("51 01 0002 aa"), to: Endpoint(IPAddress(v4: 0xE000_01BB), 5683))
    // An id that a server has had from the client alone, too (RFC 7252, 8.1 warns only of those still active).
    let alone = try #require(listener.hear(hex("41 01 0002 ab")))
    #expect(alone.list("violation.id") == [])
    let second = try #require(listener.hear(hex("51 01 0003 aa"), to: Endpoint(IPAddress(v4: 0xE000_01BC), 5683)))
    #expect(second.list("violation.id") == [])
}

/// RFC 7967, 2.1: 2 for no 2.xx, 8 for no 4.xx, 16 for no 5.xx; 0 wants all. To answer all the same breaks nothing, since
/// a server need not know the option.
@Test(
    "Unwanted responses",
    arguments: [
        (0, "2.05", false), (2, "2.05", true), (2, "4.04", false), (8, "4.04", true), (8, "5.00", false),
        (16, "5.00", true),
        (24, "2.04", false), (26, "2.04", true), (26, "5.03", true),
    ])
func unwantedResponses(value: UInt32, code: String, isUnwanted: Bool) throws {
    let listener = Listener()
    let (number, detail) = (UInt8(code.utf8.first ?? 0) - 48, UInt8(code.suffix(2)) ?? 0)
    listener.hear(CoAPBuilder(.nonConfirmable, .put, 1, token: [1], options: [(258, Build.coapUnsigned(value))]))
    let answer = try #require(
        listener.hearBack(CoAPBuilder(.nonConfirmable, CoAPCode(number, detail), 2, token: [1])))
    #expect(answer["coap.unwanted"] == (isUnwanted ? "true" : nil))
    #expect(answer.list("violation.id") == [])
}
