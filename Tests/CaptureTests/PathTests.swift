import Capture
import Foundation
import Testing

@Suite struct PathTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        let capture = CaptureBytes.pcap().bytes
        for name in ["b.pcap", "a/z", "a/b.pcapng", "c/d/e/deep.cap", "10.pcap", "9.pcap", "B.PCAP"] {
            try folder.write(name, capture)
        }
        try folder.write("empty.dmp", [])
        try folder.write("x.pcap.gz", [0])
        try folder.write("notes.txt", Array("notes".utf8))
        try folder.write("a/readme", [])
        try folder.write("text.gz", try CompressionTests.compress(Array("hello".utf8), "gzip") ?? [1])
        if let compressed = try CompressionTests.compress(capture, "gzip") {
            try folder.write("unnamed", compressed)
        } else {
            try folder.write("unnamed", capture)
        }
    }

    func names(_ paths: [String]) -> [String] {
        paths.map { $0.hasPrefix(folder.path + "/") ? String($0.dropFirst(folder.path.count + 1)) : $0 }
    }

    @Test("Folder in order") func folderInOrder() throws {
        let found = try CapturePaths([folder.path])
        #expect(
            names(found.files) == [
                "10.pcap", "9.pcap", "B.PCAP", "a/b.pcapng", "a/z", "b.pcap", "c/d/e/deep.cap", "empty.dmp", "unnamed",
                "x.pcap.gz",
            ])
        #expect(found.skipped == 3)
        #expect(found.unreadable.isEmpty)
        #expect(try CapturePaths([folder.path + "/"]) == found)
    }

    @Test("As given") func asGiven() throws {
        let text = folder.path + "/notes.txt"
        let found = try CapturePaths(["-", text, folder.path + "/a", "-"])
        #expect(names(found.files) == ["-", "notes.txt", "a/b.pcapng", "a/z", "-"])
        #expect(found.skipped == 1)
    }

    @Test("Missing") func missing() {
        let error = #expect(throws: CaptureError.self) { try CapturePaths([folder.path, folder.path + "/none"]) }
        #expect(error?.code == .noSuchFile)
        #expect(error?.exitCode == 66)
        #expect(error?.source == folder.path + "/none")
    }

    @Test("Links that loop") func linksThatLoop() throws {
        let manager = FileManager.default
        try manager.createSymbolicLink(atPath: folder.path + "/a/up", withDestinationPath: "..")
        try manager.createSymbolicLink(atPath: folder.path + "/a/self", withDestinationPath: ".")
        try manager.createSymbolicLink(atPath: folder.path + "/c/link", withDestinationPath: folder.path + "/b.pcap")
        try manager.createSymbolicLink(atPath: folder.path + "/c/nowhere", withDestinationPath: "nothing")
        try manager.createSymbolicLink(atPath: folder.path + "/c/round", withDestinationPath: "round")
        let found = try CapturePaths([folder.path])
        #expect(found.files.count == 11)
        #expect(names(found.files).contains("c/link"))
        #expect(names(found.unreadable) == ["c/nowhere", "c/round"])
    }

    @Test("Pipes in folders are not opened") func pipesInFoldersAreNotOpened() throws {
        try #require(mkfifo(folder.path + "/a/fifo.pcap", 0o600) == 0)
        #expect(try CapturePaths([folder.path]).skipped == 4)
    }
}
