/// Why frames cannot be read, or cannot be read further.
public struct CaptureError: Error, Hashable, Sendable {
    /// The kinds of failure.
    public enum Code: UInt8, Hashable, Sendable {
        /// The file has no byte.
        case emptyFile
        /// The content is not that of a capture file.
        case notACapture
        /// A capture file of a kind or version that cannot be read here.
        case unsupported
        /// The file ends before what it holds does.
        case truncated
        /// The file contradicts itself.
        case damaged
        /// The compressed data around the capture is damaged or cut short.
        case badCompression
        /// No such file or folder.
        case noSuchFile
        /// The file cannot be read.
        case unreadable
        /// Reading or capturing is not permitted.
        case noPermission
        /// No such interface.
        case noSuchInterface
        /// The interface is not up, went down or disappeared.
        case interfaceDown
        /// The system refuses to capture for another reason.
        case captureFailed
        /// The filter expression is wrong.
        case badFilter
    }

    /// What failed.
    public var code: Code
    /// The path or interface that it is about; empty where there is none.
    public var source: String
    /// What happened and, where it can be mended, how: a part of a sentence that goes behind `source: `.
    public var sentence: String
    /// The number of the frame that could not be read.
    public var frame: UInt64?
    /// Where that frame or block begins, in bytes from the start; of the decompressed stream for a compressed file.
    public var byte: UInt64?

    /// Makes an error.
    public init(_ code: Code, source: String, _ sentence: String, frame: UInt64? = nil, byte: UInt64? = nil) {
        self.code = code
        self.source = source
        self.sentence = sentence
        self.frame = frame
        self.byte = byte
    }

    /// The exit status of sysexits.h that fits.
    public var exitCode: Int32 {
        switch code {
        case .badFilter: 64
        case .emptyFile, .notACapture, .unsupported, .truncated, .damaged, .badCompression: 65
        case .noSuchFile, .unreadable, .noSuchInterface: 66
        case .interfaceDown, .captureFailed: 69
        case .noPermission: 77
        }
    }
}

extension CaptureError: CustomStringConvertible {
    /// What is wrong, behind the name of the source where there is one.
    public var description: String { source.isEmpty ? sentence : "\(source): \(sentence)" }
}
