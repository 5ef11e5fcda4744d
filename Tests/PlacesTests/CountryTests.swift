import Network
import Places
import ProgramSupport
import TestSupport
import Testing

@Suite struct CountryTests {
    private let folder: TemporaryFolder
    private let countries: String
    private let systems: String

    /// Two files as MaxMind and DB-IP give them out, with addresses that no such file should know.
    init() throws {
        folder = try TemporaryFolder()
        func country(_ code: String, _ name: String) -> MaxMindWriter.Value {
            .map([("country", .map([("iso_code", .text(code)), ("names", .map([("en", .text(name))]))]))])
        }
        var writer = MaxMindWriter()
        for (block, value) in [
            ("1.0.0.0/24", country("AU", "Australia")), ("193.99.144.0/24", country("DE", "Germany")),
            ("10.0.0.0/8", country("XX", "Nowhere")), ("100.64.0.0/10", country("XX", "Nowhere")),
            ("169.254.0.0/16", country("XX", "Nowhere")), ("240.0.0.0/4", country("XX", "Nowhere")),
            ("2a02:2e0::/32", country("DE", "Germany")), ("fc00::/7", country("XX", "Nowhere")),
            ("2001:db8::/32", country("XX", "Nowhere")),
            ("9.9.9.0/24", .map([("registered_country", .map([("iso_code", .text("CH"))]))])),
            // IPinfo's form.
            (
                "8.8.8.0/24",
                .map([("country_code", .text("US")), ("asn", .text("AS15169")), ("as_name", .text("Google"))])
            ),
        ] { try Self.add(block, value, to: &writer) }
        countries = try folder.write(writer.file(type: "Test-Country"), to: "country.mmdb")
        writer = MaxMindWriter()
        try Self.add(
            "193.99.0.0/16",
            .map([
                ("autonomous_system_number", .number(12306)), ("autonomous_system_organization", .text("Plus.line AG")),
            ]), to: &writer)
        systems = try folder.write(writer.file(type: "Test-ASN"), to: "asn.mmdb")
    }

    private static func add(_ text: String, _ value: MaxMindWriter.Value, to writer: inout MaxMindWriter) throws {
        let block = try #require(CIDRBlock(text))
        writer.add((0..<(block.prefix.bitWidth / 8)).map { block.prefix.octet($0) }, block.length, value)
    }

    @Test(
        "country and autonomous system of public addresses",
        arguments: [
            ("193.99.144.80", "DE, AS12306 Plus.line AG"), ("193.99.1.1", "AS12306 Plus.line AG"), ("1.0.0.255", "AU"),
            ("1.0.1.0", nil), ("2a02:2e0:3fe::1", "DE"), ("2a02:2e1::1", nil), ("9.9.9.9", "CH"),
            ("8.8.8.8", "US, AS15169 Google"),
            // RFC 1918, RFC 6598, RFC 3927, RFC 1112, RFC 4193, RFC 3849, whatever the file says.
            ("10.1.2.3", nil), ("100.64.0.1", nil), ("169.254.3.4", nil), ("250.1.1.1", nil), ("fd00::1", nil),
            ("2001:db8::1", nil), ("::ffff:193.99.144.80", nil),
        ] as [(String, String?)])
    func place(_ address: String, _ expected: String?) throws {
        let table = try CountryTable(paths: [countries, systems])
        let address = try #require(IPAddress(address))
        for _ in 0..<2 { #expect(table.place(of: address)?.text == expected) }
    }

    @Test(
        "the file is one that mmdblookup reads in the same way", .needs(Program.find("mmdblookup") != nil, "mmdblookup")
    )
    func mmdblookup() throws {
        let tool = try #require(Program.find("mmdblookup"))
        for (address, code) in [("193.99.144.80", "\"DE\""), ("1.0.0.1", "\"AU\""), ("2a02:2e0::5", "\"DE\"")] {
            let said = try run(tool, ["-f", countries, "-i", address, "country", "iso_code"])
            #expect(said.text.contains(code), "\(said.text)\(said.errorText)")
        }
    }

    @Test("a file that is not there, no database, or cut short") func badFiles() throws {
        func error(_ path: String) -> PlaceError? {
            do throws(PlaceError) {
                _ = try CountryTable(paths: [path])
                return nil
            } catch { return error }
        }
        let missing = error(folder.file("none.mmdb"))
        #expect(missing?.code == .missing)
        #expect(missing?.message == "there is no database of places at \(folder.file("none.mmdb"))")
        let text = try folder.write("a text", to: "text.mmdb")
        #expect(error(text)?.code == .notADatabase)
        #expect(error(text)?.message.hasPrefix("\(text) is no database of places") == true)
        #expect(error(folder.path)?.code != nil)
        #expect(error(try folder.write([], to: "empty.mmdb"))?.code != nil)
    }

    /// A file may be broken anywhere; nothing it says may end the program.
    @Test("octets that were changed at random end nothing") func damaged() throws {
        let whole = try contents(countries)
        var random = SeededGenerator(seed: testSeed())
        let addresses = ["193.99.144.80", "1.0.0.1", "2a02:2e0::5", "8.8.8.8"].compactMap { IPAddress($0) }
        for round in 0..<300 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if round % 3 == 0 { bytes.removeFirst(Int.random(in: 0..<bytes.count, using: &random)) }
            let path = try folder.write(bytes, to: "damaged.mmdb")
            guard let table = try? CountryTable(paths: [path]) else { continue }
            for address in addresses { #expect((table.place(of: address)?.text.utf8.count ?? 0) < 1024) }
        }
    }
}
