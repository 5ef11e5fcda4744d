import Bytes
import Tables
import TestSupport
import Testing

@Suite struct BufferTests {
    @Test("Buffers hold what each owner put there, and the count of their bytes is that of all capacities")
    func agreesWithADictionary() {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        var pool = BufferPool<[UInt8], Int>(spareLimit: 4096)
        var model: [Int: [UInt8]] = [:]
        var numbers = [Int32](repeating: -1, count: 30)
        for step in 0..<10_000 {
            let owner = Int.random(in: 0..<30, using: &random)
            let more = (0..<Int.random(in: 0..<200, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                let dropped = pool.drop(&numbers[owner])
                #expect(dropped == model[owner, default: []].count, "seed \(seed), step \(step)")
                model[owner] = nil
            case 1 where numbers[owner] < 0 && !more.isEmpty:
                pool.hold(more.span.bytes, &numbers[owner], of: owner)
                model[owner] = more
            default:
                var buffer = pool.take(numbers[owner])
                #expect(buffer == model[owner, default: []], "seed \(seed), step \(step)")
                if Bool.random(using: &random) { buffer.removeAll(keepingCapacity: true) }
                buffer += more
                model[owner] = buffer.isEmpty ? nil : buffer
                pool.put(buffer, &numbers[owner], of: owner)
            }
            #expect((numbers[owner] >= 0) == (model[owner] != nil), "seed \(seed), step \(step)")
            #expect(pool.count == model.count && pool.spareBytes <= 4096, "seed \(seed), step \(step)")
            #expect(pool.bytes >= model.values.reduce(0) { $0 + $1.count }, "seed \(seed), step \(step)")
        }
        for owner in numbers.indices { pool.drop(&numbers[owner]) }
        let last = pool.victim()
        #expect(pool.bytes == 0 && pool.count == 0 && last == nil)
    }

    @Test("Whoever has something gives way in turn; a buffer that was moved out does not")
    func victims() {
        var pool = BufferPool<[UInt8], String>()
        var numbers: [Int32] = [-1, -1, -1]
        for (index, name) in ["a", "b", "c"].enumerated() {
            pool.hold([1, 2, 3].span.bytes, &numbers[index], of: name)
        }
        let turns = (0..<6).compactMap { _ in pool.victim() }
        #expect(turns == ["b", "c", "a", "b", "c", "a"])
        let buffer = pool.take(numbers[1])
        let others = (0..<2).compactMap { _ in pool.victim() }
        #expect(others == ["c", "a"])
        pool.release(&numbers[1], keeping: buffer)
        let next = pool.victim()
        #expect(numbers[1] == -1 && next == "c")
    }

    @Test("An owner that asks for a victim whenever its limit is reached stays below it, whoever floods it")
    func floodOfOwners() {
        let limit = 64 * 1024
        var pool = BufferPool<[UInt8], Int>(spareLimit: 8192)
        var numbers = [Int32](repeating: -1, count: 5000)
        let message = [UInt8](repeating: 7, count: 1000)
        for owner in numbers.indices {
            while pool.bytes + 1024 > limit, let victim = pool.victim() { pool.drop(&numbers[victim]) }
            pool.hold(message.span.bytes, &numbers[owner], of: owner)
            #expect(pool.bytes <= limit + 1024)
        }
        #expect(pool.bytesTaken <= limit + 8192 + 64 * 1024)
    }

    @Test("What is changed in its place counts as what is moved out and put back")
    func changesInPlace() {
        var pool = BufferPool<[UInt8], Int>(spareLimit: 4096)
        var numbers: [Int32] = [-1, -1]
        let first: [UInt8] = [1, 2, 3]
        pool.hold(first.span.bytes, &numbers[0], of: 0)
        for _ in 0..<500 { pool[numbers[0]].append(4) }
        #expect(pool.count(of: numbers[0]) == 503 && pool[numbers[0]].count == 503)
        #expect(pool.bytes == pool[numbers[0]].capacity)
        let room = pool.bytes
        pool.drop(&numbers[0])
        #expect(pool.bytes == 0 && pool.spareBytes == room)
        // The next owner begins with nothing, in the room that was left.
        pool.begin(&numbers[1], of: 1)
        #expect(pool[numbers[1]].isEmpty && pool.bytes == room && pool.spareBytes == 0)
        pool[numbers[1]].append(5)
        #expect(pool.take(numbers[1]) == [5] && pool.bytes == 0)
    }

    @Test("The room of much is not kept for little")
    func shrinks() {
        var pool = BufferPool<[UInt8], Int>()
        var number: Int32 = -1
        pool.put([UInt8](repeating: 0, count: 100_000), &number, of: 0)
        var buffer = pool.take(number)
        buffer.removeLast(99_990)
        pool.put(buffer, &number, of: 0)
        #expect(pool.bytes < 1000)
    }
}
