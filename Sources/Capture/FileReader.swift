import Bytes
import Network
import Packets

/// The state of a capture file that is being read.
///
/// It lives at one place behind a `CaptureFile`, which is small enough to be passed in registers; the state itself
/// would be copied each time that a client asks for the bytes.
struct FileReader: ~Copyable {
    var stream: InputStream
    var window = Window()
    /// Where the current frame is in the window.
    var current = ByteRange.empty
    /// How many frames were read.
    var count: UInt64 = 0
    /// The section of a pcapng file that is being read.
    var section = PcapngSection()
    /// How many frames the filter left out.
    private(set) var framesFiltered: UInt64 = 0
    private let filter: PacketFilter?
    private var layout = Layout.pcapng
    private var isEnded = false

    /// What is known of the format.
    private enum Layout {
        case pcap(PcapLayout)
        case pcapng
    }

    init(_ stream: consuming InputStream, _ filter: PacketFilter?) {
        self.stream = stream
        self.filter = filter
    }

    /// Reads what stands before the frames.
    mutating func begin() throws(CaptureError) {
        switch try readMagic() {
        case .pcap(let isSwapped, let isNanosecond, let isModified):
            layout = .pcap(try readPcapHeader(isSwapped, isNanosecond, isModified))
        case .pcapng:
            try readFirstSection()
        }
    }

    /// Moves to the next frame that passes; `nil` at the end and after an error.
    mutating func next() throws(CaptureError) -> FrameHeader? {
        current = .empty
        if isEnded { return nil }
        do throws(CaptureError) {
            while let header = try readFrame() {
                guard let filter else { return header }
                if try filter.matches(header, window.span(in: current)) { return header }
                framesFiltered &+= 1
            }
        } catch {
            isEnded = true
            current = .empty
            throw error
        }
        isEnded = true
        current = .empty
        return nil
    }

    private mutating func readFrame() throws(CaptureError) -> FrameHeader? {
        switch layout {
        case .pcap(let layout): try readPcapFrame(layout)
        case .pcapng: try readPcapngFrame()
        }
    }
}
