/// One step of a program: make a check, go on where its answer says.
struct Instruction: Sendable {
    var check: Int32
    var ifTrue: Int32
    var ifFalse: Int32

    /// Where a program ends with a match.
    static let accept: Int32 = -1
    /// Where a program ends without one.
    static let reject: Int32 = -2
}

/// The condition of a rule for the events of one category.
struct Program: Sendable {
    /// The first instruction, or one of the two ends.
    var start: Int32
    /// The rule whose condition it is.
    var rule: Int32
}

/// Turns expressions into programs that share one list of instructions.
struct ProgramBuilder {
    var instructions: [Instruction] = []
    /// What a check costs, in any unit: the cheap ones are made first.
    let cost: (Int) -> Int

    init(cost: @escaping (Int) -> Int) { self.cost = cost }

    /// Appends the code of an expression, back to front, so that every jump goes to code that is there already.
    ///
    /// - Returns: where it starts.
    mutating func emit(_ expression: Expression, ifTrue: Int32, ifFalse: Int32) -> Int32 {
        switch expression {
        case .constant(let value): return value ? ifTrue : ifFalse
        case .not(let inner): return emit(inner, ifTrue: ifFalse, ifFalse: ifTrue)
        case .check(let number):
            instructions.append(Instruction(check: Int32(number), ifTrue: ifTrue, ifFalse: ifFalse))
            return Int32(instructions.count - 1)
        case .all(let parts):
            return ordered(parts).reversed().reduce(ifTrue) { next, part in
                emit(part, ifTrue: next, ifFalse: ifFalse)
            }
        case .any(let parts):
            return ordered(parts).reversed().reduce(ifFalse) { next, part in
                emit(part, ifTrue: ifTrue, ifFalse: next)
            }
        }
    }

    private func ordered(_ parts: [Expression]) -> [Expression] {
        let costs = parts.enumerated().map { (cost: totalCost($1), index: $0) }
        return costs.sorted { $0.cost != $1.cost ? $0.cost < $1.cost : $0.index < $1.index }.map { parts[$0.index] }
    }

    private func totalCost(_ expression: Expression) -> Int {
        switch expression {
        case .constant: 0
        case .check(let number): cost(number)
        case .not(let inner): totalCost(inner)
        case .all(let parts), .any(let parts): parts.reduce(0) { $0 + totalCost($1) }
        }
    }
}
