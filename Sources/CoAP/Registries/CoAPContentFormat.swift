/// A number of the IANA registry *CoAP Content-Formats*, RFC 7252, 12.3.
public struct CoAPContentFormat: RawRepresentable, Hashable, Sendable {
    /// The number of the registry.
    public let rawValue: UInt16

    /// The format of that number, whether or not it is assigned.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Links to resources, RFC 6690.
    public static let linkFormat = CoAPContentFormat(rawValue: 40)

    /// The media type, with its coding where it has one; `nil` for a number that this sensor does not know.
    public var name: StaticString? {
        switch rawValue {
        case 0: "text/plain; charset=utf-8"
        case 16: "application/cose; cose-type=\"cose-encrypt0\""
        case 17: "application/cose; cose-type=\"cose-mac0\""
        case 18: "application/cose; cose-type=\"cose-sign1\""
        case 19: "application/ace+cbor"
        case 21: "image/gif"
        case 22: "image/jpeg"
        case 23: "image/png"
        case 40: "application/link-format"
        case 41: "application/xml"
        case 42: "application/byte-stream"
        case 47: "application/exi"
        case 50: "application/json"
        case 51: "application/json-patch+json"
        case 52: "application/merge-patch+json"
        case 60: "application/cbor"
        case 61: "application/cwt"
        case 62: "application/multipart-core"
        case 63: "application/cbor-seq"
        case 64: "application/edhoc+cbor-seq"
        case 65: "application/cid-edhoc+cbor-seq"
        case 96: "application/cose; cose-type=\"cose-encrypt\""
        case 97: "application/cose; cose-type=\"cose-mac\""
        case 98: "application/cose; cose-type=\"cose-sign\""
        case 101: "application/cose-key"
        case 102: "application/cose-key-set"
        case 110: "application/senml+json"
        case 111: "application/sensml+json"
        case 112: "application/senml+cbor"
        case 113: "application/sensml+cbor"
        case 114: "application/senml-exi"
        case 115: "application/sensml-exi"
        case 140: "application/yang-data+cbor; id=sid"
        case 256: "application/coap-group+json"
        case 257: "application/concise-problem-details+cbor"
        case 258: "application/swid+cbor"
        case 271: "application/dots+cbor"
        case 272: "application/missing-blocks+cbor-seq"
        case 280: "application/pkcs7-mime; smime-type=server-generated-key"
        case 281: "application/pkcs7-mime; smime-type=certs-only"
        case 284: "application/pkcs8"
        case 285: "application/csrattrs"
        case 286: "application/pkcs10"
        case 287: "application/pkix-cert"
        case 290: "application/aif+cbor"
        case 291: "application/aif+json"
        case 310: "application/senml+xml"
        case 311: "application/sensml+xml"
        case 320: "application/senml-etch+json"
        case 322: "application/senml-etch+cbor"
        case 340: "application/yang-data+cbor"
        case 341: "application/yang-data+cbor; id=name"
        case 432: "application/td+json"
        case 836: "application/voucher-cose+cbor"
        case 10_000: "application/vnd.ocf+cbor"
        case 10_001: "application/oscore"
        case 10_002: "application/javascript"
        case 11_050: "application/json; deflate"
        case 11_060: "application/cbor; deflate"
        case 11_542: "application/vnd.oma.lwm2m+tlv"
        case 11_543: "application/vnd.oma.lwm2m+json"
        case 11_544: "application/vnd.oma.lwm2m+cbor"
        case 20_000: "text/css"
        case 30_000: "image/svg+xml"
        default: nil
        }
    }
}
