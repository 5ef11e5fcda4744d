import Events
import MQTT
import Network
import TestSupport
import Testing

/// Bytes of any kind never trap.
@Suite struct RandomTests {
    @Test("random bytes never trap") func anyBytesNeverTrap() {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        let listeners = [
            Listener(version: 3), Listener(version: 4), Listener(version: 5), Listener(isFromStart: false),
        ]
        for _ in 0..<60_000 {
            var bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            // Mostly a length that fits, so that the content is reached.
            if bytes.count > 2, Int.random(in: 0..<4, using: &random) > 0 { bytes[1] = UInt8(bytes.count - 2) }
            let direction = Bool.random(using: &random) ? Direction.toServer : .toClient
            let whole = Bool.random(using: &random) ? bytes.count : Int.random(in: 0...300, using: &random)
            listeners[Int.random(in: 0..<4, using: &random)].dissect(bytes, direction, whole: whole)
            _ = MQTTFraming.frame(bytes.span.bytes)
            _ = MQTTProbe.verdict(bytes.span.bytes)
        }
    }

    /// Bytes that are nearly right go deeper than any bytes; every field is asked for.
    @Test("damaged packets never trap") func nearlyRightBytesNeverTrap() {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        let listeners = [
            Listener(version: 3), Listener(version: 4), Listener(version: 5), Listener(isFromStart: false),
        ]
        for _ in 0..<6000 {
            let vector = vectors[Int.random(in: 0..<vectors.count, using: &random)]
            var bytes = vector.bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let offset = Int.random(in: 0..<bytes.count, using: &random)
                bytes[offset] = UInt8.random(in: 0...255, using: &random)
            }
            let listener = listeners[Int.random(in: 0..<4, using: &random)]
            listener.send(bytes, Bool.random(using: &random) ? vector.direction : vector.direction.reversed)
        }
    }
}

extension SeededGenerator {
    /// Text without wildcards and separators.
    mutating func text(_ length: ClosedRange<Int>) -> String {
        let letters = Array("abcXYZ019 -_äß水🙂")
        let count = Int.random(in: length, using: &self)
        return String((0..<count).map { _ in letters[Int.random(in: 0..<letters.count, using: &self)] })
    }
}
