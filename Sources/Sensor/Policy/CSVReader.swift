import Foundation

/// Reads CSV (RFC 4180), with commas, semicolons or tabs between cells, as spreadsheets of different countries write it.
enum CSVReader {
    /// A record and the line on which it begins, from 1.
    struct Record {
        let line: Int
        var cells: [String]
    }

    /// The records of a file.
    ///
    /// Empty lines are none; what is not UTF-8 becomes U+FFFD.
    static func records(_ bytes: [UInt8]) -> [Record] {
        let quote = UInt8(ascii: "\"")
        let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
        let separator = separator(text.prefix { $0 != 0x0A && $0 != 0x0D })
        var records: [Record] = []
        var (cells, cell, isQuoted, wasQuoted): ([String], [UInt8], Bool, Bool) = ([], [], false, false)
        var (line, start) = (1, 1)
        func trimmed(_ cell: [UInt8]) -> String {
            String(decoding: cell, as: UTF8.self).trimmingCharacters(in: .whitespaces)
        }
        func endRecord() {
            cells.append(trimmed(cell))
            if cells.contains(where: { !$0.isEmpty }) { records.append(Record(line: start, cells: cells)) }
            (cells, cell, wasQuoted) = ([], [], false)
        }
        var place = text.startIndex
        while place < text.endIndex {
            let byte = text[place]
            place += 1
            if byte == 0x0A { line += 1 }
            if isQuoted {
                guard byte == quote else {
                    cell.append(byte)
                    continue
                }
                if place < text.endIndex, text[place] == quote {
                    cell.append(quote)
                    place += 1
                } else {
                    isQuoted = false
                }
            } else if byte == quote, cell.isEmpty, !wasQuoted {
                (isQuoted, wasQuoted) = (true, true)
            } else if byte == separator {
                cells.append(trimmed(cell))
                (cell, wasQuoted) = ([], false)
            } else if byte == 0x0A || byte == 0x0D {
                endRecord()
                start = line
            } else {
                cell.append(byte)
            }
        }
        endRecord()
        return records
    }

    /// What stands most often between the headings.
    private static func separator(_ header: ArraySlice<UInt8>) -> UInt8 {
        let candidates: [UInt8] = [0x2C, 0x3B, 0x09]
        return candidates.max { left, right in header.count { $0 == left } < header.count { $0 == right } } ?? 0x2C
    }
}
