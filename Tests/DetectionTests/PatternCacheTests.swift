import Bytes
import Patterns
import Testing

@testable import Detection

/// Regular expressions that were compiled before find the same as those that are compiled.
@Suite struct PatternCacheTests {
    private func cache() throws -> PatternCache {
        let patterns = [try Pattern("^a+b$", []), try Pattern("^a+b$", .ignoresCase)]
        let set = try #require(PatternSet([("one", []), ("tw[oO]", .ignoresCase)]))
        return PatternCache(patterns, [set])
    }

    private func finds(_ pattern: Pattern, _ text: String) -> Bool? {
        let bytes = Array(text.utf8)
        return PatternScratch(for: [pattern]).matches(pattern.database, bytes.span.bytes)
    }

    @Test("By way of bytes") func byWayOfBytes() throws {
        let first = try cache()
        let again = try #require(PatternCache(bytes: first.bytes))
        #expect(again.count == 3)
        #expect(again.bytes == first.bytes)
        for cache in [PatternCache(), again] {
            let cased = try cache.pattern("^a+b$", [])
            let folded = try cache.pattern("^a+b$", .ignoresCase)
            #expect(finds(cased, "aab") == true)
            #expect(finds(cased, "AAB") == false)
            #expect(finds(folded, "AAB") == true)
            let set = try #require(cache.set([("one", []), ("tw[oO]", .ignoresCase)]))
            let scratch = PatternScratch(for: [], [set])
            let bytes = Array("xTWO one".utf8)
            #expect(scratch.find(set.database, bytes.span.bytes) == 2)
        }
    }

    @Test("What is known is not compiled") func whatIsKnownIsNotCompiled() throws {
        // A database of another expression under this one's name shows where a pattern came from.
        var bytes = PatternCache([try Pattern("x", [])], []).bytes
        let name = try #require(bytes.firstRange(of: [1, 0, 0, 0, UInt8(ascii: "x")]))
        bytes[name.upperBound - 1] = UInt8(ascii: "[")
        let pattern = try #require(try PatternCache(bytes: bytes)?.pattern("[", []))
        #expect(finds(pattern, "axb") == true)
        bytes.append(0)
        #expect(PatternCache(bytes: bytes) == nil)
    }

    @Test("Cut short, or made by another version") func cutShort() throws {
        let bytes = try cache().bytes
        // The end of an entry is no damage that it could see.
        for count in 0..<bytes.count {
            guard let cut = PatternCache(bytes: Array(bytes[..<count])) else { continue }
            #expect(cut.count < 3)
        }
        var other = bytes
        other[4] ^= 1
        #expect(PatternCache(bytes: other) == nil, "the version begins behind the length of its text")
    }

    @Test("A damaged database is compiled anew") func aDamagedDatabaseIsCompiledAnew() throws {
        var bytes = PatternCache([try Pattern("^a+b$", [])], []).bytes
        bytes[bytes.count - 5] ^= 0xFF
        let pattern = try #require(try PatternCache(bytes: bytes)?.pattern("^a+b$", []))
        #expect(finds(pattern, "aab") == true)
    }
}
