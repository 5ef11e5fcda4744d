import Foundation
import ProgramSupport
import TestSupport
import Testing

/// A line of `earshot decode`, as far as these tests look at it.
private struct CoAPEvent: Decodable {
    let code: String
    let type: String
    let path: String?
    let ofPath: String?
    let isMatched: Bool?
    let observation: String?
    let freshness: String?
    let observationEnd: String?
    let place: String?
    let bodyState: String?
    let bodyLength: Int?
    let digest: String?
    let targets: [String]?
    let observable: [String]?
    let violations: [String]?

    enum CodingKeys: String, CodingKey {
        case code = "coap.code"
        case type = "coap.type"
        case path = "coap.uri_path"
        case ofPath = "coap.request.uri_path"
        case isMatched = "coap.matched"
        case observation = "coap.observe.state"
        case freshness = "coap.observe.freshness"
        case observationEnd = "coap.observe.end"
        case place = "coap.block.sequence"
        case bodyState = "coap.body.state"
        case bodyLength = "coap.body.length"
        case digest = "coap.body.sha256"
        case targets = "coap.link.target"
        case observable = "coap.link.obs"
        case violations = "violation.id"
    }
}

/// `earshot decode` on the loopback interface while others talk.
private final class Listening {
    private let marker: Marker
    private let process: Background

    init(port: Int) throws {
        marker = try Marker()
        process = try Background(
            try Program.path(), ["decode", "-i", "lo", "--filter", marker.besides("udp port \(port)")])
        try process.waitForErrorText("listening on lo")
    }

    /// What was heard until now, without the marker that shows that it was; ends listening.
    func end() throws -> [CoAPEvent] {
        let path = try marker.exchange()
        func isMarked(_ line: String) -> Bool { line.contains("\"\(path)\"") }
        // Both messages of the marker name its path: the request, and what it is an answer to.
        guard wait(20, for: { self.process.text.split(separator: "\n").count { isMarked(String($0)) } == 2 }) else {
            throw NotSeen(what: "the marker \(path) in: \(process.text)", seconds: 20)
        }
        let lines = try process.end(SIGINT).lines.filter { !isMarked($0) }
        return try lines.map { try JSONDecoder().decode(CoAPEvent.self, from: Data($0.utf8)) }
    }
}

/// Real clients and servers: libcoap's and aiocoap's.
@Suite(.serialized, .needs(Sensor.obstacle))
struct CoAPExchangeTests {
    private static let python: String? = {
        let python = "\(Program.root)/.venv/bin/python"
        if FileManager.default.isExecutableFile(atPath: python) { return python }
        print("aiocoap: not run, there is none: run scripts/python-env.sh .venv")
        return nil
    }()

    private func client(_ arguments: [String]) throws -> Outcome {
        try run(CoAPServer.client ?? "coap-client", ["-B", "4"] + arguments)
    }

    private func sha256(of file: String) throws -> String {
        String(try run("/usr/bin/sha256sum", [file]).text.prefix(64))
    }

    @Test("Discovery with libcoap") func discoveryWithLibcoap() throws {
        let server = try CoAPServer()
        let listening = try Listening(port: server.port)
        _ = try server.get("/.well-known/core")
        let events = try listening.end()
        let answer = try #require(events.last { $0.targets != nil })
        #expect(answer.ofPath == "/.well-known/core" && answer.isMatched == true)
        #expect(answer.targets?.contains("/time") == true)
        #expect(answer.observable?.contains("/time") == true)
        #expect(events.allSatisfy { $0.violations == nil })
    }

    /// PUT and GET in blocks of 64 bytes: what is put together is what sha256sum says of the file.
    @Test("Blocks with libcoap") func blocksWithLibcoap() throws {
        let server = try CoAPServer()
        let folder = try TemporaryFolder()
        let file = try folder.write(String(repeating: "0123456789abcdef-", count: 60), to: "body")
        let digest = try sha256(of: file)
        let listening = try Listening(port: server.port)
        let url = "coap://127.0.0.1:\(server.port)/example_data"
        _ = try client(["-m", "put", "-b", "64", "-f", file, url])
        _ = try client(["-m", "get", "-b", "64", url])
        let events = try listening.end()
        let ends = events.filter { $0.bodyState != nil }
        #expect(ends.map(\.code) == ["0.03", "2.05"], "\(ends)")
        #expect(ends.allSatisfy { $0.bodyState == "complete" && $0.bodyLength == 1020 && $0.digest == digest })
        #expect(events.filter { $0.place == "next" }.count >= 30)
        #expect(events.allSatisfy { $0.violations == nil }, "\(events.compactMap(\.violations))")
    }

    @Test("Observation with libcoap") func observationWithLibcoap() throws {
        let server = try CoAPServer()
        let listening = try Listening(port: server.port)
        _ = try client(["-m", "get", "-s", "3", "-w", "coap://127.0.0.1:\(server.port)/time"])
        let events = try listening.end()
        #expect(events.first { $0.code == "0.01" }?.observation == "register")
        let notifications = events.filter { $0.observation == "notification" }
        #expect(notifications.count >= 2)
        #expect(notifications.allSatisfy { $0.freshness == "new" && $0.isMatched == true && $0.ofPath == "/time" })
        #expect(events.contains { $0.observationEnd != nil })
        #expect(events.allSatisfy { $0.violations == nil }, "\(events.compactMap(\.violations))")
    }

    @Test("Non confirmable with libcoap") func nonConfirmableWithLibcoap() throws {
        let server = try CoAPServer()
        let listening = try Listening(port: server.port)
        _ = try client(["-N", "-m", "get", "coap://127.0.0.1:\(server.port)/time"])
        let events = try listening.end()
        #expect(events.map(\.type).prefix(2) == ["NON", "NON"])
        #expect(events.allSatisfy { $0.violations == nil })
    }

    /// aiocoap at both ends, on a port that is not CoAP's: a body of 5000 bytes put and got, and an observation.
    @Test("Exchanges with aiocoap", .needs(python != nil, "there is no aiocoap: run scripts/python-env.sh .venv"))
    func exchangesWithAiocoap()
        throws
    {
        let folder = try TemporaryFolder()
        let port = try Loopback.freePort()
        let script = try folder.write(aiocoapScript, to: "exchange.py")
        let file = try folder.write(String(repeating: "earshot is all ears\n", count: 250), to: "body")
        let listening = try Listening(port: port)
        let outcome = try run(Self.python ?? "python3", [script, "\(port)", file])
        #expect(outcome.status == 0, "\(outcome.errorText)")
        let events = try listening.end()
        let digest = try sha256(of: file)
        let ends = events.filter { $0.bodyState == "complete" }
        #expect(
            ends.filter { $0.bodyLength == 5000 && $0.digest == digest }.map(\.code) == ["0.03", "2.05"], "\(ends)")
        let notifications = events.filter { $0.observation == "notification" }
        #expect(notifications.count >= 3 && notifications.allSatisfy { $0.freshness == "new" })
        #expect(events.contains { $0.observation == "register" })
        #expect(events.allSatisfy { $0.violations == nil }, "\(events.compactMap(\.violations))")
    }
}

/// A server and a client in one: PUT, GET, three notifications, the end of the observation.
private let aiocoapScript = """
    import asyncio, sys
    import aiocoap, aiocoap.resource as resource

    class Store(resource.Resource):
        content = b""
        async def render_put(self, request):
            self.content = request.payload
            return aiocoap.Message(code=aiocoap.CHANGED)
        async def render_get(self, request):
            return aiocoap.Message(payload=self.content)

    class Clock(resource.ObservableResource):
        ticks = 0
        async def render_get(self, request):
            return aiocoap.Message(payload=str(self.ticks).encode())

    async def main():
        port, body = int(sys.argv[1]), open(sys.argv[2], "rb").read()
        site, clock = resource.Site(), Clock()
        site.add_resource(["store"], Store())
        site.add_resource(["clock"], clock)
        server = await aiocoap.Context.create_server_context(site, bind=("127.0.0.1", port), transports=["simplesocketserver"])
        client = await aiocoap.Context.create_client_context(transports=["simple6"])
        base = "coap://127.0.0.1:%d" % port
        put = await client.request(aiocoap.Message(code=aiocoap.PUT, uri=base + "/store", payload=body)).response
        assert put.code == aiocoap.CHANGED, put
        got = await client.request(aiocoap.Message(code=aiocoap.GET, uri=base + "/store")).response
        assert got.payload == body, got
        watch = client.request(aiocoap.Message(code=aiocoap.GET, uri=base + "/clock", observe=0))
        await watch.response
        seen = 0
        async def tick():
            for _ in range(3):
                await asyncio.sleep(0.2)
                clock.ticks += 1
                clock.updated_state()
        task = asyncio.create_task(tick())
        async for notification in watch.observation:
            seen += 1
            if seen == 3: break
        await task
        watch.observation.cancel()
        await asyncio.sleep(0.5)
        await client.shutdown()
        await server.shutdown()

    asyncio.run(main())
    """
