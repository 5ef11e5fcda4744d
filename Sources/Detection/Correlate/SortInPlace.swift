extension [Int64] {
    /// Sorts in place without allocating, in n log n steps whatever the order (heap sort): the library's sort makes a
    /// buffer.
    mutating func sortInPlace() {
        for root in stride(from: count / 2 - 1, through: 0, by: -1) { sift(root, count) }
        for end in stride(from: count - 1, to: 0, by: -1) {
            swapAt(0, end)
            sift(0, end)
        }
    }

    /// Lets the number at `root` sink to its place among the first `end`.
    private mutating func sift(_ root: Int, _ end: Int) {
        var root = root
        while 2 * root + 1 < end {
            var child = 2 * root + 1
            if child + 1 < end, self[child] < self[child + 1] { child += 1 }
            guard self[root] < self[child] else { return }
            swapAt(root, child)
            root = child
        }
    }
}
