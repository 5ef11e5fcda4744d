import Bytes
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
    private let reader: UnsafeMutablePointer<FileReader>
    private var frame: UnsafeRawBufferPointer

    /// Opens `path`, or standard input for `-`, and reads the file header.
    ///
    /// - Parameters:
    ///   - filter: Frames that it does not match are counted and passed over.
    ///   - stop: Ends the frames, also while a pipe has nothing to read. A regular file does not look at it.
    /// - Throws: An error that says what the file is instead, or why it cannot be read.
    public static func open(
        _ path: String, filter: PacketFilter? = nil, stop: StopSwitch? = nil
    ) throws(CaptureError) -> CaptureFile {
        var reader = FileReader(try InputStream(try InputFile(path: path, stop: stop)), filter)
        try reader.begin()
        return CaptureFile(reader)
    }

    private init(_ state: consuming FileReader) {
        reader = .allocate(capacity: 1)
        reader.initialize(to: state)
        frame = UnsafeRawBufferPointer(start: nil, count: 0)
    }

    deinit {
        reader.deinitialize(count: 1)
        reader.deallocate()
    }

    /// Moves to the next frame; `nil` at the end.
    ///
    /// - Throws: Where the file breaks: at which frame and byte.
    public mutating func next() throws(CaptureError) -> FrameHeader? {
        frame = UnsafeRawBufferPointer(start: nil, count: 0)
        let header = try reader.pointee.next()
        frame = reader.pointee.window.memory(in: reader.pointee.current)
        return header
    }

    /// The captured bytes of the current frame, borrowed until the next is asked for; empty where there is none.
    public var bytes: RawSpan {
        @_lifetime(borrow self)
        get { _overrideLifetime(frame.bytes, borrowing: self) }
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
    public var name: String { reader.pointee.stream.name }
    /// The size of the file as it is stored, in bytes; `nil` for a pipe.
    public var size: Int64? { reader.pointee.stream.size }
    /// How many of the stored bytes are done with; of a compressed file the compressed ones. With `size`, the progress.
    public var bytesConsumed: Int64 {
        isCompressed
            ? reader.pointee.stream.storedBytesUsed : Int64(truncatingIfNeeded: reader.pointee.window.position)
    }
    /// Whether this is a regular file and not a pipe.
    public var isSeekable: Bool { reader.pointee.stream.isRegular }
    /// Whether the file is compressed.
    public var isCompressed: Bool { reader.pointee.stream.isCompressed }
    /// How many frames were read so far, with those that the filter left out.
    public var framesRead: UInt64 { reader.pointee.count }
    /// How many frames the filter left out.
    public var framesFiltered: UInt64 { reader.pointee.framesFiltered }

    /// The name of an interface of the section that is being read, where the file gives one.
    public func interfaceName(_ interface: UInt32) -> String? {
        let index = Int(interface &- reader.pointee.section.firstInterface)
        return index < reader.pointee.section.names.count ? reader.pointee.section.names[index] : nil
    }

    /// What the capturing device had counted, all interfaces of the section together, as far as the file tells it so
    /// far. Most writers tell it at the end.
    public var deviceCounters: CaptureCounters {
        reader.pointee.section.interfaces.reduce(into: CaptureCounters()) { sum, interface in
            sum.received &+= interface.counters.received
            sum.droppedByKernel &+= interface.counters.droppedByKernel
            sum.droppedByInterface &+= interface.counters.droppedByInterface
        }
    }
}
