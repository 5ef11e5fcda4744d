import TestSupport
import Testing

@testable import Detection

@Suite struct ExpressionTests {
    private static func random(_ depth: Int, _ random: inout SeededGenerator) -> Expression {
        switch depth == 0 ? Int.random(in: 0..<4, using: &random) : Int.random(in: 0..<9, using: &random) {
        case 0: .constant(Bool.random(using: &random))
        case 1, 2, 3: .check(Int.random(in: 0..<5, using: &random))
        case 4: .not(Self.random(depth - 1, &random))
        case 5, 6: .any((0..<Int.random(in: 0...3, using: &random)).map { _ in Self.random(depth - 1, &random) })
        default: .all((0..<Int.random(in: 0...3, using: &random)).map { _ in Self.random(depth - 1, &random) })
        }
    }

    /// What an expression says where every check has an answer, clause by clause.
    private static func naive(_ expression: Expression, _ answers: [Bool]) -> Bool {
        switch expression {
        case .constant(let value): value
        case .check(let number): answers[number]
        case .not(let inner): !naive(inner, answers)
        case .all(let parts): parts.reduce(true) { naive($1, answers) && $0 }
        case .any(let parts): parts.reduce(false) { naive($1, answers) || $0 }
        }
    }

    @Test("What an expression comes down to is what it simplifies to, and what a naive evaluation says")
    func valueIsTheConstantOfTheSimplifiedExpression() {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        for step in 0..<3000 {
            let expression = Self.random(4, &random)
            let known = (0..<5).map { _ in [true, false, nil, nil].randomElement(using: &random) ?? nil }
            var constant: Bool?
            if case .constant(let value) = expression.simplified({ known[$0] }) { constant = value }
            #expect(expression.value { known[$0] } == constant, "seed \(seed), step \(step)")
            let answers = (0..<5).map { _ in Bool.random(using: &random) }
            #expect(
                expression.value { answers[$0] } == Self.naive(expression, answers), "seed \(seed), step \(step)")
        }
    }
}
