import Bytes
import Network
import Packets

/// The frames of a capture file, one after another, in place: pcap and pcapng, plain or in gzip or Zstandard, from a
/// file, a pipe or standard input. The format is told by the content.
///
///     var file = try CaptureFile.open("building.pcapng")
///     while let frame = try file.next() { read(frame, file.bytes) }
///
/// Nothing is allocated for a frame. All frames before a damage are given before the error is thrown; after the error
/// there are no more.
public struct CaptureFile: ~Copyable {
    var stream: InputStream
    var window = Window()
    var current = ByteRange.empty
    var count: UInt64 = 0
    private let filter: PacketFilter?
    private var isEnded = false
    private var layout = Layout.pcapng

    /// What is known of the format.
    private enum Layout {
        case pcap(PcapLayout)
        case pcapng
    }

    /// The section of a pcapng file that is being read.
    var section = PcapngSection()

    /// How many frames the filter left out.
    public private(set) var framesFiltered: UInt64 = 0

    /// Opens `path`, or standard input for `-`, and reads the file header.
    ///
    /// - Parameters:
    ///   - filter: Frames that it does not match are counted and passed over.
    ///   - stop: Ends the frames, also while a pipe has nothing to read. A regular file does not look at it.
    /// - Throws: An error that says what the file is instead, or why it cannot be read.
    public static func open(
        _ path: String, filter: PacketFilter? = nil, stop: StopSwitch? = nil
    ) throws(CaptureError) -> CaptureFile {
        var file = CaptureFile(try InputStream(try InputFile(path: path, stop: stop)), filter)
        switch try file.readMagic() {
        case .pcap(let isSwapped, let isNanosecond, let isModified):
            file.layout = .pcap(try file.readPcapHeader(isSwapped, isNanosecond, isModified))
        case .pcapng:
            try file.readFirstSection()
        }
        return file
    }

    private init(_ stream: consuming InputStream, _ filter: PacketFilter?) {
        self.stream = stream
        self.filter = filter
    }

    /// Moves to the next frame; `nil` at the end.
    ///
    /// - Throws: Where the file breaks: at which frame and byte.
    public mutating func next() throws(CaptureError) -> FrameHeader? {
        current = .empty
        if isEnded { return nil }
        do throws(CaptureError) {
            while let header = try readFrame() {
                guard let filter else { return header }
                if try filter.matches(header, bytes) { return header }
                framesFiltered &+= 1
            }
        } catch {
            isEnded = true
            current = .empty
            throw error
        }
        isEnded = true
        return nil
    }

    private mutating func readFrame() throws(CaptureError) -> FrameHeader? {
        switch layout {
        case .pcap(let layout): try readPcapFrame(layout)
        case .pcapng: try readPcapngFrame()
        }
    }

    /// The captured bytes of the current frame, borrowed until the next is asked for; empty where there is none.
    public var bytes: RawSpan {
        @_lifetime(borrow self)
        get { window.span(in: current) }
    }
}

extension CaptureFile: FrameSource {
    /// Moves to the next frame; a file is never idle.
    public mutating func step() throws(CaptureError) -> FrameStep {
        guard let header = try next() else { return .end }
        return .frame(header)
    }
}

extension CaptureFile {
    /// The path as it was given, or `standard input`.
    public var name: String { stream.name }
    /// The size of the file as it is stored, in bytes; `nil` for a pipe.
    public var size: Int64? { stream.size }
    /// How many of the stored bytes are done with; of a compressed file the compressed ones. With `size`, the progress.
    public var bytesConsumed: Int64 {
        stream.isCompressed ? stream.storedBytesUsed : Int64(truncatingIfNeeded: window.position)
    }
    /// Whether this is a regular file and not a pipe.
    public var isSeekable: Bool { stream.isRegular }
    /// Whether the file is compressed.
    public var isCompressed: Bool { stream.isCompressed }
    /// How many frames were read so far, with those that the filter left out.
    public var framesRead: UInt64 { count }
}
