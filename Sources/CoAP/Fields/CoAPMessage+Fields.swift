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

    /// Appends the media type of the Content-Format option.
    func readContentFormatName(_ bytes: RawSpan, into values: inout FieldValues) {
        guard let value = first(.contentFormat, bytes)?.unsigned(bytes), let number = UInt16(exactly: value),
            let name = CoAPContentFormat(rawValue: number).name
        else { return }
        values.append(text: name)
    }

    /// Appends the first option of that number as `NUM/M/SIZE`; nothing where its value is too long for a block.
    func readBlock(_ option: CoAPOption, _ bytes: RawSpan, into values: inout FieldValues) {
        guard let instance = first(option, bytes), instance.value.count <= 3, let value = instance.unsigned(bytes)
        else { return }
        values.append { CoAPBlock(value).write(to: &$0, isStreamed: isStreamed) }
    }

    /// Appends the number of each option that is not in the table, once each.
    func readUnknown(_ bytes: RawSpan, into values: inout FieldValues) {
        if code.isSignal, isStreamed { return readUnknownSignalOptions(bytes, into: &values) }
        var walk = CoAPOptionWalk(options)
        var previous: CoAPOption?
        while case .option(let instance) = walk.next(bytes) {
            if instance.option != previous, instance.option.definition == nil {
                values.append(instance.option.rawValue)
            }
            previous = instance.option
        }
    }
}
