import Bytes

/// What a payload is written in: `payload.format`.
public enum PayloadFormat: UInt8, BitwiseCopyable, CaseIterable, Sendable {
    /// No bytes.
    case empty
    /// An object or array of JSON (RFC 8259).
    case json
    /// One decimal number, blanks around it allowed.
    case number
    /// Any other printable text.
    case text
    /// XML, and HTML that is well-formed.
    case xml
    /// SenML (RFC 8428), in JSON or CBOR.
    case senml
    /// Other CBOR (RFC 8949).
    case cbor
    /// Sparkplug B: protobuf under a topic of `spBv1.0`.
    case sparkplug
    /// Other protobuf.
    case protobuf
    /// A picture file.
    case image
    /// An archive or a compressed file.
    case archive
    /// A program or an image of firmware.
    case executable
    /// Anything else.
    case binary

    /// The keyword that the field shows.
    public var name: StaticString {
        switch self {
        case .empty: "empty"
        case .json: "json"
        case .number: "number"
        case .text: "text"
        case .xml: "xml"
        case .senml: "senml"
        case .cbor: "cbor"
        case .sparkplug: "sparkplug"
        case .protobuf: "protobuf"
        case .image: "image"
        case .archive: "archive"
        case .executable: "executable"
        case .binary: "binary"
        }
    }

    /// Whether nothing in it is worth a search for words and secrets.
    var isOpaque: Bool {
        switch self {
        case .empty, .number, .image, .archive, .executable: true
        default: false
        }
    }
}

/// What the protocol says that a payload is written in; the content has the first word.
public enum PayloadType: UInt8, Sendable {
    /// It says nothing, or nothing that helps.
    case unknown
    case json, senml, cbor, xml, text, protobuf, uadp, binary

    /// The type of a CoAP Content-Format (IANA, CoAP Content-Formats).
    public init(contentFormat number: Int) {
        switch number {
        case 0, 40: self = .text
        case 41: self = .xml
        case 50, 51, 52, 64, 65, 256, 11_543: self = .json
        case 60, 61, 62, 63, 10_000, 11_544: self = .cbor
        case 110, 111, 112, 113, 114, 115: self = .senml
        case 310, 311: self = .senml
        case 11_542: self = .binary
        default: self = .unknown
        }
    }

    /// The type that a media type names (RFC 6838), such as the Content Type of MQTT 5.0 (3.3.2.3.9).
    public init(mediaType text: RawSpan) {
        guard !text.isEmpty else {
            self = .unknown
            return
        }
        if text.contains("senml") {
            self = .senml
        } else if text.contains("json") {
            self = .json
        } else if text.contains("cbor") {
            self = .cbor
        } else if text.contains("xml") {
            self = .xml
        } else if text.contains("protobuf") {
            self = .protobuf
        } else if text.contains("uadp") {
            self = .uadp
        } else if text.starts(with: "text/") {
            self = .text
        } else {
            self = .unknown
        }
    }
}
