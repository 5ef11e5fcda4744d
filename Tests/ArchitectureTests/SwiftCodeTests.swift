import Testing

/// That the rules of the house see what breaks them, and take nothing else for it.
@Suite struct SwiftCodeTests {
    @Test(
        "what is no code is taken out, and lines stay where they are",
        arguments: [
            ("a // b\nc", "a \nc"),
            ("a /* b /* c */ \n d */ e", "a \n  e"),
            ("a /// b \"c\nd", "a \nd"),
            (#"x = "a // b" + y"#, #"x = "" + y"#),
            (#"x = "a \" b" + y"#, #"x = "" + y"#),
            (#"x = "a \(b(c) + "d \(e)") f" + y"#, #"x = ""(b(c) + ""(e)) + y"#),
            (##"x = #"a " \(b) \#(c) "# + y"##, #"x = ""(c) + y"#),
            ("x = \"\"\"\n  a \"b\" // c\n  \"\"\"\ny", "x = \"\"\n\n\ny"),
            ("#if DEBUG\n#endif", "#if DEBUG\n#endif"),
            ("let a = #filePath", "let a = #filePath"),
            ("a / b", "a / b"),
            ("\"open", "\"\""),
        ])
    func stripped(_ source: String, _ code: String) {
        #expect(SwiftCode(source).text == code)
    }

    @Test(
        "what traps is found",
        arguments: [
            ("let a = b!", "!"), ("let a = b!.c", "!"), ("f(a[0]!)", "!"), ("f(g()!)", "!"), ("a = b ? c! : d", "!"),
            ("let a = { b }()!", "!"), ("var a: Int!", "!"), ("var a: [Int]!", "!"), ("try! f()", "!"),
            ("a as! B", "!"),
            ("let a = b! == c", "!"), ("a.map { $0! }", "!"), ("let s = \"\\(a!)\"", "!"), ("a! // b", "!"),
            ("a!\n", "!"), ("Int(\"1\")!", "!"),
            ("fatalError()", "fatalError"), ("Swift.fatalError(\"a\")", "fatalError"),
            ("precondition(a)", "precondition"),
            ("else { preconditionFailure() }", "preconditionFailure"),
            ("fatalError(\"a\") // b", "fatalError"), ("a.unsafelyUnwrapped", "unsafelyUnwrapped"),
        ])
    func trap(_ source: String, _ word: String) {
        #expect(SwiftCode("\n" + source).traps == [SwiftCode.Finding(word: word, line: 2)])
    }

    @Test(
        "what only looks like it is not",
        arguments: [
            "a != b", "a!=b", "a !== b", "!a", "f(!a, [!b], { !c })", "return !a", "#if !os(Linux)", "// a!",
            "/* a! */",
            "\"a! fatalError(\"", "assert(a)", "let preconditions = 1", "// fatalError()", "var isFatalError = !a",
            "a ?? !b",
            "case .a where !b:", "#\"a\"b!\"#",
        ])
    func noTrap(_ source: String) {
        #expect(SwiftCode(source).traps == [])
    }

    @Test(
        "what is unsafe is found",
        arguments: [
            ("let a: OpaquePointer?", "OpaquePointer"), ("UnsafeRawBufferPointer(b)", "UnsafeRawBufferPointer"),
            ("a.withUnsafeBytes { $0 }", "withUnsafeBytes"), ("a.unsafeLoad(as: Int.self)", "unsafeLoad"),
            ("unsafeBitCast(a, to: Int.self)", "unsafeBitCast"), ("nonisolated(unsafe) var a = 1", "unsafe"),
            ("class A: @unchecked Sendable {}", "unchecked"), ("unowned(unsafe) let a: A", "unsafe"),
            ("span[unchecked: 1]", "unchecked"), ("Unmanaged.passRetained(a)", "Unmanaged"),
            ("unsafe a.b", "unsafe"),
        ])
    func unsafety(_ source: String, _ word: String) {
        #expect(SwiftCode(source).unsafeties == [SwiftCode.Finding(word: word, line: 1)])
    }

    @Test(
        "names that speak of it are not",
        arguments: [
            "option.isUnsafe", "case unknownUnsafe", "// unsafe", "\"OpaquePointer\"", "uncheckedCount",
            "OpaquePointers",
        ])
    func noUnsafety(_ source: String) {
        #expect(SwiftCode(source).unsafeties == [])
    }

    @Test(
        "an import is found whatever stands before it",
        arguments: [
            ("import A", ["A"]), ("@testable import A", ["A"]), ("public import A.B", ["A"]), ("// import A", []),
            ("import struct A.B", ["A"]), ("    import A", ["A"]), ("let a = \"import B\"", []),
            ("#if canImport(A)\nimport A\n#endif", ["A"]),
        ])
    func imports(_ source: String, _ expected: [String]) {
        #expect(SwiftCode(source).imports == expected)
    }
}
