import Events
import Payload
import Testing

@Suite struct FieldRegistryTests {
    private let registry = FieldRegistry(
        blocks: [
            CommonField.block,
            FieldBlock(
                base: 100, category: .mqtt,
                fields: [
                    FieldInfo("mqtt.type", .keyword, "type"), FieldInfo("mqtt.clientid", .text, "client"),
                    FieldInfo("mqtt.topic", .text, list: true, "topics"),
                ]),
            FieldBlock(base: 200, category: .coap, fields: [FieldInfo("coap.code", .keyword, "code")]),
            ViolationField.block, PayloadField.block,
        ])

    @Test("names and numbers of fields are unique and lead to the same row")
    func namesAndNumbersAreUniqueAndLeadToTheSameRow() throws {
        let names = registry.entries.map(\.info.name)
        #expect(Set(names).count == names.count)
        #expect(Set(registry.entries.map(\.id)).count == names.count)
        for entry in registry.entries {
            #expect(registry.field(named: entry.info.name)?.id == entry.id)
            #expect(registry.field(entry.id)?.info.name == entry.info.name)
        }
        #expect(registry.field(named: "mqtt.Type") == nil, "names are exact")
        #expect(registry.field(FieldID(rawValue: 9999)) == nil)
    }

    @Test("Every row is documented") func everyRowIsDocumented() {
        for entry in registry.entries where entry.id.rawValue < 100 {
            #expect(!entry.info.summary.isEmpty && !entry.info.summary.contains("\n"), "\(entry.info.name)")
            #expect(entry.info.name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 }, "\(entry.info.name)")
        }
    }

    @Test("a category has its own fields and the common ones") func aCategorySeesItsOwnFieldsAndTheCommonOnes() {
        let mqtt = registry.fields(of: .mqtt).map(\.info.name)
        #expect(mqtt.contains("mqtt.topic") && mqtt.contains("@timestamp") && mqtt.contains("violation.id"))
        #expect(!mqtt.contains("coap.code"))
        #expect(mqtt.first == "@timestamp", "the order of the blocks")
        #expect(registry.fields(of: .coap).map(\.info.name).contains("coap.code"))
    }

    @Test("Double names are refused") func doubleNamesAreRefused() async {
        await #expect(processExitsWith: .failure) {
            let block = FieldBlock(base: 0, category: nil, fields: [FieldInfo("a", .int, "")])
            _ = FieldRegistry(blocks: [block, FieldBlock(base: 9, category: nil, fields: block.fields)])
        }
    }

    @Test("blocks of field numbers do not overlap") func theBlocksOfThisModuleDoNotOverlap() {
        for block in [CommonField.block, ViolationField.block] {
            #expect(Int(block.base) + block.fields.count <= 56)
        }
        #expect(Int(CommonField.block.base) + CommonField.block.fields.count <= Int(ViolationField.base))
        for field in ViolationField.allCases { #expect(ViolationField(field.fieldID) == field) }
        #expect(ViolationField(FieldID(rawValue: 0)) == nil)
        #expect(ViolationField(FieldID(rawValue: .max)) == nil)
        #expect(PayloadField.block.base == PayloadField.bytes.id.rawValue)
    }
}
