import Bytes
import Events

extension CoAPMessage {
    /// Appends the value of the first option of that number.
    func readFirst(_ option: CoAPOption, _ bytes: RawSpan, into values: inout FieldValues) {
        guard let instance = first(option, bytes) else { return }
        values.append(message: instance.value)
    }

    /// Appends the value of each option of that number.
    func readAll(_ option: CoAPOption, _ bytes: RawSpan, into values: inout FieldValues) {
        guard mayHave(option) else { return }
        var walk = CoAPOptionWalk(options)
        while case .option(let instance) = walk.next(bytes), instance.option.rawValue <= option.rawValue {
            if instance.option == option { values.append(message: instance.value) }
        }
    }

    /// Appends the first option of that number as a whole number.
    func readUnsigned(_ option: CoAPOption, _ bytes: RawSpan, into values: inout FieldValues) {
        guard let value = first(option, bytes)?.unsigned(bytes) else { return }
        values.append(value)
    }

    /// Appends the media type that Content-Format or Accept stands for.
    func readContentFormatName(_ option: CoAPOption, _ bytes: RawSpan, into values: inout FieldValues) {
        guard let value = first(option, bytes)?.unsigned(bytes), let number = UInt16(exactly: value),
            let name = CoAPContentFormat(rawValue: number).name
        else { return }
        values.append(text: name)
    }

    /// Appends the first option of that number as `NUM/M/SIZE`; nothing where its value is too long for a block.
    func readBlock(_ option: CoAPOption, _ bytes: RawSpan, into values: inout FieldValues) {
        guard let block = block(option, bytes) else { return }
        values.append { block.write(to: &$0, isStreamed: isStreamed) }
    }

    /// Appends the number of each option that is not in the table and of which `isWanted` holds, once each.
    func readUnknown(_ bytes: RawSpan, into values: inout FieldValues, where isWanted: (CoAPOption) -> Bool) {
        if code.isSignal, isStreamed { return readUnknownSignalOptions(bytes, into: &values) }
        var walk = CoAPOptionWalk(options)
        var previous: CoAPOption?
        while case .option(let instance) = walk.next(bytes) {
            if instance.option != previous, instance.option.definition == nil, isWanted(instance.option) {
                values.append(instance.option.rawValue)
            }
            previous = instance.option
        }
    }
}
