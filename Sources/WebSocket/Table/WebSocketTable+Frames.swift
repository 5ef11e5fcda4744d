import Bytes
import Events
import Tables

extension WebSocketTable {
    enum FrameProgress {
        /// All bytes were taken.
        case done
        /// The output is full.
        case full
        /// The boundaries are lost.
        case lost
    }

    /// Takes frames, as far as the bytes go and the output has room.
    mutating func takeFrames(
        _ index: Int, _ direction: Direction, _ stream: inout WebSocketStream, _ rest: RawSpan, _ taken: inout Int,
        _ output: inout WebSocketOutput
    ) -> FrameProgress {
        var offset = 0
        let base = stream.keptBack + taken
        defer { taken += offset }
        if !stream.isMidway { stream.needed = base }
        while true {
            output.position = base + offset
            if output.bytes.count >= limits.outputBytes { return .full }
            if stream.isDraining {
                drain(index, direction, &stream, &output)
            } else if stream.tail >= 0 {
                takeTail(index, direction, &stream, &output)
            } else if stream.isInFrame {
                if stream.remaining == 0 {
                    endFrame(index, direction, &stream, &output)
                } else {
                    let available = min(rest.byteCount - offset, stream.remaining)
                    if available == 0 { return .done }
                    let payload = rest.extracting(offset..<(offset + available))
                    let count = takePayload(index, direction, &stream, payload, &output)
                    offset += count
                    stream.remaining -= count
                    stream.maskPhase = (stream.maskPhase + count) & 3
                    stream.settle(at: base + offset)
                }
            } else {
                guard let header = takeHead(&stream, rest, &offset) else { return .done }
                guard begin(header, index, direction, &stream, &output) else {
                    output.dropped += WebSocketFrameHeader.longest
                    output.mark(.hole)
                    lose(&stream, isFed: true)
                    return .lost
                }
            }
        }
    }

    /// Collects the bytes of a head; `nil` until it is whole.
    private func takeHead(
        _ stream: inout WebSocketStream, _ rest: RawSpan, _ offset: inout Int
    ) -> WebSocketFrameHeader? {
        while true {
            let size = stream.headCount < 2 ? 2 : WebSocketFrameHeader.size(stream.head[0], stream.head[1])
            if stream.headCount == size { break }
            guard offset < rest.byteCount else { return nil }
            stream.head[stream.headCount] = rest.byte(at: offset)
            stream.headCount += 1
            offset += 1
        }
        let header = WebSocketFrameHeader(stream.head.span.bytes.extracting(0..<stream.headCount))
        stream.headCount = 0
        return header
    }

    /// Begins a frame; `false` where nobody can tell where it ends, or where it is none.
    private mutating func begin(
        _ header: WebSocketFrameHeader, _ index: Int, _ direction: Direction, _ stream: inout WebSocketStream,
        _ output: inout WebSocketOutput
    ) -> Bool {
        var notes = CarrierViolations()
        check(header, index, direction, stream, &notes)
        if stream.hasGap {
            // Behind a gap what cannot be a head is none.
            guard notes.isEmpty else { return false }
            stream.goodFrames += 1
            if stream.goodFrames >= Self.framesOfTrust { stream.hasGap = false }
        }
        notes.forEach { output.note($0) }
        guard let length = Int(exactly: header.length) else { return false }
        stream.frame = header
        stream.isInFrame = true
        stream.remaining = length
        stream.maskPhase = 0
        if header.opcode.isControl {
            counters.controlFrames &+= 1
            stream.closeBytes = 0
            stream.closeCode = 0
        } else {
            counters.dataFrames &+= 1
            beginData(header, index, direction, &stream, &output)
        }
        return true
    }

    /// So many good frames behind a gap, and a bad one is held against its sender again.
    private static var framesOfTrust: Int { 8 }

    /// Holds a head against RFC 6455, 5.1 to 5.5, and RFC 7692, 6.1.
    private func check(
        _ header: WebSocketFrameHeader, _ index: Int, _ direction: Direction, _ stream: WebSocketStream,
        _ notes: inout CarrierViolations
    ) {
        if header.isMasked != (direction == .toServer) { notes.insert(.masking) }
        if !header.opcode.isKnown || !header.isMinimal || header.length >> 63 != 0 { notes.insert(.frameHeader) }
        if header.reserved != 0, !connections[index].hasOtherExtension {
            if header.reserved & 3 != 0 || !mayCompress(index) {
                notes.insert(.frameHeader)
            } else if header.opcode.isControl || header.opcode == .continuation {
                notes.insert(.compressedBit)
            }
        }
        if header.opcode.isControl {
            if !header.isFinal || header.length > 125 { notes.insert(.controlFrame) }
            return
        }
        // What a fragment behind a gap goes on with was not seen.
        if !stream.hasGap, header.opcode == .continuation ? !stream.isInMessage : stream.isInMessage {
            notes.insert(.fragmentation)
        }
        if stream.hasClosed { notes.insert(.closing) }
    }

    private mutating func beginData(
        _ header: WebSocketFrameHeader, _ index: Int, _ direction: Direction, _ stream: inout WebSocketStream,
        _ output: inout WebSocketOutput
    ) {
        guard header.opcode.isKnown, header.opcode != .continuation || !stream.isInMessage else { return }
        stream.isInMessage = true
        let isCompressed = header.reserved & 4 != 0 && mayCompress(index)
        if connections[index].hasOtherExtension, header.reserved != 0, !isCompressed {
            // Only who knows the extension can read it.
            stream.treatment = .skip
        } else if header.opcode == .continuation, mayCompress(index) {
            // Whether the message is compressed was said in its first frame, which was not seen.
            stream.treatment = .skip
        } else if isCompressed {
            let isReadable = !stream.isContextLost || hasNoContext(connections[index].deflate, direction)
            stream.treatment = isReadable ? .inflate : .skip
        } else {
            stream.treatment = .plain
        }
        output.mark(header.opcode == .text ? .textBegins : .binaryBegins)
        if stream.treatment == .skip { output.mark(.hole) }
    }

    private mutating func takePayload(
        _ index: Int, _ direction: Direction, _ stream: inout WebSocketStream, _ payload: RawSpan,
        _ output: inout WebSocketOutput
    ) -> Int {
        if stream.frame.opcode.isControl {
            if stream.frame.opcode == .close { takeCloseCode(&stream, payload) }
            return payload.byteCount
        }
        guard stream.frame.opcode.isKnown else { return payload.byteCount }
        switch stream.treatment {
        case .skip:
            output.dropped += payload.byteCount
            return payload.byteCount
        case .plain:
            let count = min(payload.byteCount, limits.outputBytes - output.bytes.count)
            output.bytes.append(
                copying: payload.extracting(0..<count), maskedBy: stream.frame.mask, phase: stream.maskPhase)
            output.noteOrigin(stream.needed..<output.position + count, isVerbatim: true)
            return count
        case .inflate: return inflate(index, direction, &stream, payload, &output)
        }
    }

    private func takeCloseCode(_ stream: inout WebSocketStream, _ payload: RawSpan) {
        for offset in 0..<payload.byteCount where stream.closeBytes < 2 {
            let key = stream.frame.mask >> UInt32(24 - 8 * ((stream.maskPhase + offset) & 3))
            stream.closeCode = stream.closeCode << 8 | UInt16(payload.byte(at: offset) ^ UInt8(truncatingIfNeeded: key))
            stream.closeBytes += 1
        }
    }

    private mutating func endFrame(
        _ index: Int, _ direction: Direction, _ stream: inout WebSocketStream, _ output: inout WebSocketOutput
    ) {
        stream.isInFrame = false
        defer { stream.settle(at: output.position) }
        if stream.frame.opcode.isControl {
            if stream.frame.opcode == .close { endClose(&stream, &output) }
            return
        }
        guard stream.frame.isFinal, stream.frame.opcode.isKnown else { return }
        if stream.treatment == .inflate {
            stream.tail = 0
        } else {
            stream.isInMessage = false
            output.markEnd(needed: stream.needed)
        }
    }

    private func endClose(_ stream: inout WebSocketStream, _ output: inout WebSocketOutput) {
        // Behind a gap it may be none.
        guard !stream.hasGap else { return }
        stream.hasClosed = true
        if stream.closeBytes == 1 { output.note(.closing) }
        guard stream.closeBytes == 2 else { return }
        let code = WebSocketCloseCode(rawValue: stream.closeCode)
        if code.isReserved { output.note(.closeCode) }
        if !code.isInRange { output.note(.closeCodeRange) }
    }
}
