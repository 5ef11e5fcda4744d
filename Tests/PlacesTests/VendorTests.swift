import Foundation
import Places
import ProgramSupport
import TestSupport
import Testing

@Suite struct VendorTests {
    private let folder: TemporaryFolder

    /// The forms of the IEEE's files, with a block that is given out in parts.
    init() throws {
        folder = try TemporaryFolder()
        try folder.write(
            """
            OUI/MA-L                                                    Organization
            company_id                                                  Organization
                                                                        Address

            00-22-72   (hex)\t\tAmerican Micro-Fuel Device Corp.
            002272     (base 16)\t\tAmerican Micro-Fuel Device Corp.
            \t\t\t\t2181 Buchanan Loop
            \t\t\t\tFerndale  WA  98248
            \t\t\t\tUS

            70-B3-D5   (hex)\t\tIEEE Registration Authority
            70B3D5     (base 16)\t\tIEEE Registration Authority

            08-61-95   (hex)\t\tRockwell (Automation)\r
            086195     (base 16)\t\tRockwell (Automation)\r

            74-1A-E0   (hex)\t\tPrivate
            741AE0     (base 16)\t\tPrivate
            """, to: "oui.txt")
        try folder.write(
            """
            20-85-93   (hex)\t\tIOG Products LLC
            B00000-BFFFFF     (base 16)\t\tIOG Products LLC
            """, to: "mam.txt")
        try folder.write(
            """
            70-B3-D5   (hex)\t\tTELEPLATFORMS
            F2F000-F2FFFF     (base 16)\t\tTELEPLATFORMS
            """, to: "oui36.txt")
    }

    @Test(
        "the vendor of the longest number that fits",
        arguments: [
            ("00:22:72:01:02:03", "American Micro-Fuel Device Corp."),
            ("08-61-95-FF-FF-FF", "Rockwell (Automation)"),
            ("20:85:93:b0:00:00", "IOG Products LLC"), ("20:85:93:bf:ff:ff", "IOG Products LLC"),
            ("20:85:93:c0:00:00", nil),
            ("70:b3:d5:f2:f0:01", "TELEPLATFORMS"), ("70:b3:d5:f2:e0:01", nil),
            // Whoever paid for it is not named.
            ("74:1a:e0:00:00:01", nil),
            // 00:22:72 with the bit of local addresses, and with that of groups (IEEE 802-2014, 8.2).
            ("02:22:72:01:02:03", nil), ("01:22:72:01:02:03", nil),
            ("00:22:72:01:02", nil), ("00:22:72:01:02:zz", nil), ("", nil), ("00:22:72:01:02:03:04", nil),
        ] as [(String, String?)])
    func vendor(_ address: String, _ expected: String?) {
        #expect(VendorTable(folder: folder.path).vendor(of: address) == expected)
    }

    @Test(
        "an address that was not made but given",
        arguments: [("02:00:00:00:00:01", true), ("00:22:72:01:02:03", false)])
    func local(_ address: String, _ expected: Bool) {
        #expect(VendorTable.isLocallyAdministered(address) == expected)
    }

    @Test("without the registries no vendor is known, and that is said") func nothingThere() throws {
        let empty = try TemporaryFolder()
        let table = VendorTable(folder: empty.path)
        #expect(table.vendor(of: "00:22:72:01:02:03") == nil)
        #expect(table.missing.count == 3)
        #expect(table.notice?.contains("ieee-data") == true)
        #expect(VendorTable(folder: folder.path).notice == nil)
    }

    /// What Debian ships, against grep over the same files.
    @Test(
        "Debian's registries are read whole",
        .needs(FileManager.default.fileExists(atPath: VendorTable.defaultFolder), "ieee-data is not installed"))
    func debian() throws {
        let table = VendorTable()
        for (file, sign) in [("oui.txt", "(base 16)"), ("mam.txt", "(base 16)"), ("oui36.txt", "(base 16)")] {
            let lines = try shell(
                "grep -B1 -F '\(sign)' \(VendorTable.defaultFolder)/\(file) | grep -v ^-- | tail -n 400"
            )
            .text.split(whereSeparator: \.isNewline).map { $0.split(separator: "\t", omittingEmptySubsequences: true) }
            #expect(lines.count == 400)
            for (first, second) in zip(lines, lines.dropFirst()) where first[0].contains("(hex)") && first.count == 2 {
                let block = first[0].prefix(8)
                let rest = file == "oui.txt" ? "000001" : String(second[0].prefix(6))
                let name = second[1].trimmingCharacters(in: .whitespaces)
                let tail = [rest.prefix(2), rest.dropFirst(2).prefix(2), rest.suffix(2)].joined(separator: ":")
                let found = table.vendor(of: "\(block.replacingOccurrences(of: "-", with: ":")):\(tail)")
                // What is given out in parts has its vendors in the other files.
                guard !["Private", "IEEE Registration Authority"].contains(name) else { continue }
                #expect(found == name, "\(file): \(block) \(rest)")
            }
        }
    }
}
