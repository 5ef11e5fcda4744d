/// Whether the stamps of frames can be relied on.
enum ClockCheck {
    static func judge(_ survey: PortSurvey, _ context: PortContext) -> Finding {
        let clock = survey.clock
        let longest = Double(clock.longestStepBack) / 1e9
        let figures = ["steps_back": Double(clock.stepsBack), "longest_step_back": longest]
        var seen: [String] = []
        if clock.stepsBack > 0 {
            seen.append(
                "\(Text.count(clock.stepsBack, "frame")) of \(Text.number(survey.frames)) are older than the one "
                    + "before, by up to \(Text.decimal(longest, 3)) s"
            )
        }
        if clock.withoutTime > 0 { seen.append("\(Text.count(clock.withoutTime, "frame")) without a time") }
        if context.isLive { seen.append("frames are stamped by the kernel of this machine (software)") }
        let isStepped = clock.longestStepBack >= 1_000_000_000
        let isOften = Double(clock.stepsBack) > 0.01 * Double(survey.frames)
        if survey.frames > 0, isStepped || isOften || clock.withoutTime == survey.frames {
            return Finding(
                .clock, .warning,
                clock.withoutTime == survey.frames
                    ? "frames have no time"
                    : isStepped
                        ? "the clock was set back while frames were captured"
                        : "frames are not in the order of their times",
                seen: seen,
                meaning:
                    "Windows and timeouts of rules run on these times: what is set back counts too long or not at all.",
                cure: [
                    context.isLive
                        ? "Keep the clock by slewing: chrony or systemd-timesyncd, which step only at start."
                        : "Put the frames in order: reordercap IN OUT; captures of several machines need clocks in "
                            + "step (chrony, PTP)."
                ], figures: figures)
        }
        if context.isLive, context.isClockSynchronised == false {
            return Finding(
                .clock, .warning, "the clock of this machine is not kept in step with others", seen: seen,
                meaning: "The times of alerts cannot be compared with those of other machines.",
                cure: [
                    "Install chrony or systemd-timesyncd, with a server that this machine reaches.",
                    "    timedatectl set-ntp true",
                ],
                figures: figures)
        }
        guard survey.frames > 0 else { return Finding(.clock, .unknown, "no frame with a time", figures: figures) }
        return Finding(
            .clock, .ok,
            context.isLive && context.isClockSynchronised == true
                ? "frames are in order, the clock is kept in step" : "frames are in order",
            seen: seen, figures: figures)
    }
}

/// Whether this machine can take what comes.
enum HeadroomCheck {
    static func judge(_ survey: PortSurvey, _ context: PortContext) -> Finding {
        let seconds = max(context.seconds ?? 0, Double(survey.duration) / 1e9)
        let now = seconds > 0 ? Double(survey.frames) / seconds : 0
        let bins = seconds * 1e9 / Double(RateBins.width)
        let peak = survey.rates.peakFrames(of: bins < 1e12 ? UInt64(max(bins, 0)) : 0)
        var figures = ["frames_per_second": now, "peak_frames_per_second": peak]
        let load = "now \(Text.rate(now, "frames/s")), 99.9 % of the time below \(Text.rate(peak, "frames/s"))"
        guard let capacity = context.capacity, capacity > 0 else {
            return Finding(
                .headroom, .unknown, "too few frames to measure what this machine manages; \(load)", figures: figures)
        }
        figures["capacity"] = capacity
        var seen = [
            "\(load); this machine manages about \(Text.rate(capacity, "frames/s")) like these, with its rules, on "
                + "one core"
        ]
        if let size = context.bufferSize, survey.frames > 0 {
            let mean = Double(survey.bytes) / Double(survey.frames) + 80
            let seconds = capacity > 0 ? Double(size) / mean / max(capacity, 1) : 0
            seen.append(
                "the kernel's buffer of \(size >> 20) MiB holds \(Text.number(UInt64(Double(size) / mean))) frames "
                    + "like these, \(Text.decimal(seconds, 1)) s of work"
            )
        }
        guard context.isLive, now > 0.5 * capacity || peak > 2 * capacity else {
            return Finding(
                .headroom, .ok, "this machine manages about \(Text.rate(capacity, "frames/s")) like these; \(load)",
                seen: seen,
                figures: figures)
        }
        return Finding(
            .headroom, .warning, "this machine is near what it manages", seen: seen,
            meaning: "In a busier hour its kernel drops frames.",
            cure: [
                "Leave out what the sensor does not read: earshot run -i \(context.commandName) 'tcp port 1883 or "
                    + "udp port 5683'; or use a faster machine."
            ],
            figures: figures)
    }
}
