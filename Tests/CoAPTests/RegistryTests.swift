import CoAP
import Testing

/// Table 4 of RFC 7252, 5.10, and the tables of RFC 7641, 2; RFC 7959, 2.1 and 4; RFC 7967, 2; RFC 8613, 2; RFC 8768,
/// 3; RFC 9175, 2.2.1 and 3.2.1; RFC 9177, 4.1; RFC 9668, 3.1: number, C, U, N, R, name, lengths.
private let options: [(UInt16, String, String, ClosedRange<UInt16>)] = [
    (1, "C--R", "If-Match", 0...8), (3, "CU--", "Uri-Host", 1...255), (4, "---R", "ETag", 1...8),
    (5, "C---", "If-None-Match", 0...0), (6, "-U--", "Observe", 0...3), (7, "CU--", "Uri-Port", 0...2),
    (8, "---R", "Location-Path", 0...255), (9, "C---", "OSCORE", 0...255), (11, "CU-R", "Uri-Path", 0...255),
    (12, "----", "Content-Format", 0...2), (14, "-U--", "Max-Age", 0...4), (15, "CU-R", "Uri-Query", 0...255),
    (16, "----", "Hop-Limit", 1...1), (17, "C---", "Accept", 0...2), (19, "CU--", "Q-Block1", 0...3),
    (20, "---R", "Location-Query", 0...255), (21, "C---", "EDHOC", 0...0), (23, "CU--", "Block2", 0...3),
    (27, "CU--", "Block1", 0...3),
    (28, "--N-", "Size2", 0...4), (31, "CU-R", "Q-Block2", 0...3), (35, "CU--", "Proxy-Uri", 1...1034),
    (39, "CU--", "Proxy-Scheme", 1...255), (60, "--N-", "Size1", 0...4), (252, "--N-", "Echo", 1...40),
    (258, "-U--", "No-Response", 0...1), (292, "---R", "Request-Tag", 0...8),
    (2049, "C---", "OCF-Accept-Content-Format-Version", 2...2), (2053, "C---", "OCF-Content-Format-Version", 2...2),
]

@Test("Option properties", arguments: options)
func optionProperties(number: UInt16, flags: String, name: String, lengths: ClosedRange<UInt16>) throws {
    let option = CoAPOption(rawValue: number)
    let definition = try #require(option.definition)
    let found =
        (option.isCritical ? "C" : "-") + (option.isUnsafe ? "U" : "-")
        + (!option.isUnsafe && option.isNoCacheKey ? "N" : "-") + (definition.isRepeatable ? "R" : "-")
    #expect(found == flags)
    #expect(option.name?.description == name)
    #expect(definition.minimumLength == lengths.lowerBound)
    #expect(definition.maximumLength == lengths.upperBound)
}

@Test("Unlisted options are unknown") func unlistedOptionsAreUnknown() {
    let known = Set(options.map(\.0))
    for number in UInt16.min...UInt16.max where !known.contains(number) {
        let option = CoAPOption(rawValue: number)
        #expect(option.definition == nil && option.name == nil)
    }
}

/// RFC 7252, 12.1.1 and 12.1.2; RFC 7959, 2.9; RFC 8132; RFC 8516; RFC 8768.
@Test(
    "Code names",
    arguments: [
        ("0.00", 0x00, "Empty"), ("0.01", 0x01, "GET"), ("0.02", 0x02, "POST"), ("0.03", 0x03, "PUT"),
        ("0.04", 0x04, "DELETE"), ("0.05", 0x05, "FETCH"), ("0.06", 0x06, "PATCH"), ("0.07", 0x07, "iPATCH"),
        ("2.01", 0x41, "Created"), ("2.02", 0x42, "Deleted"), ("2.03", 0x43, "Valid"), ("2.04", 0x44, "Changed"),
        ("2.05", 0x45, "Content"), ("2.31", 0x5F, "Continue"), ("4.00", 0x80, "Bad Request"),
        ("4.01", 0x81, "Unauthorized"), ("4.02", 0x82, "Bad Option"), ("4.03", 0x83, "Forbidden"),
        ("4.04", 0x84, "Not Found"), ("4.05", 0x85, "Method Not Allowed"), ("4.06", 0x86, "Not Acceptable"),
        ("4.08", 0x88, "Request Entity Incomplete"), ("4.09", 0x89, "Conflict"), ("4.12", 0x8C, "Precondition Failed"),
        ("4.13", 0x8D, "Request Entity Too Large"), ("4.15", 0x8F, "Unsupported Content-Format"),
        ("4.22", 0x96, "Unprocessable Entity"), ("4.29", 0x9D, "Too Many Requests"),
        ("5.00", 0xA0, "Internal Server Error"), ("5.01", 0xA1, "Not Implemented"), ("5.02", 0xA2, "Bad Gateway"),
        ("5.03", 0xA3, "Service Unavailable"), ("5.04", 0xA4, "Gateway Timeout"),
        ("5.05", 0xA5, "Proxying Not Supported"), ("5.08", 0xA8, "Hop Limit Reached"),
    ])
func codeNames(text: String, raw: Int, name: String) {
    let code = CoAPCode(rawValue: UInt8(raw))
    var written: [UInt8] = []
    code.write(to: &written)
    #expect(String(decoding: written, as: UTF8.self) == text)
    #expect(code.name?.description == name)
}

@Test("Code classes") func codeClasses() {
    let byClass: [CoAPClass] = [
        .request, .reserved, .success, .reserved, .clientError, .serverError, .reserved, .signal,
    ]
    for raw in UInt8.min...UInt8.max {
        let code = CoAPCode(rawValue: raw)
        #expect(code.class == (raw == 0 ? .empty : byClass[Int(raw >> 5)]))
    }
    #expect((UInt8.min...UInt8.max).filter { CoAPCode(rawValue: $0).name != nil }.count == 35)
}

@Test(
    "Content format names",
    arguments: [
        (0, "text/plain; charset=utf-8"), (40, "application/link-format"), (41, "application/xml"),
        (42, "application/byte-stream"), (47, "application/exi"), (50, "application/json"), (60, "application/cbor"),
        (62, "application/multipart-core"), (101, "application/cose-key"), (112, "application/senml+cbor"),
        (257, "application/concise-problem-details+cbor"), (272, "application/missing-blocks+cbor-seq"),
        (340, "application/yang-data+cbor"), (432, "application/td+json"), (10_001, "application/oscore"),
        (11_542, "application/vnd.oma.lwm2m+tlv"), (30_000, "image/svg+xml"),
    ])
func contentFormatNames(number: UInt16, name: String) {
    #expect(CoAPContentFormat(rawValue: number).name?.description == name)
}

@Test("Type names") func typeNames() {
    #expect((0..<4).map { CoAPType(rawValue: $0).name.description } == ["CON", "NON", "ACK", "RST"])
}
