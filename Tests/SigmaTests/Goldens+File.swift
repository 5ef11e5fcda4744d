@testable import Sigma

extension DiagnosticGoldenTests {
    static let file: [Golden] = [
        Golden(
            .noDocument,
            #"""
            # nothing here
            """#,
            #"""
            warning[no-document]: the file holds no rule
            --> rules/a.yml
            """#)
    ]
}
