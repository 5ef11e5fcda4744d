import Alerts
import Capture
import Events

extension Pipeline {
    /// The numbers of the run in the text format of Prometheus: those of `earshot stats --json`, and how interfaces, store and
    /// sensor are doing.
    ///
    /// Labels come from closed lists only: interfaces, protocols, levels, reasons. What the network sends makes no series.
    borrowing func metrics(_ interfaces: [InterfaceStatus], timeOfDay: Int64) -> String {
        var text = MetricsText()
        text.add(
            "earshot_build_info", .gauge, "The version of the program; always 1.",
            [MetricsText.Sample(1, ("version", Version.current))])
        text.add(
            "earshot_last_update_timestamp_seconds", .gauge, "When these numbers were written.",
            [MetricsText.Sample(seconds: timeOfDay)])
        addInterfaces(interfaces, to: &text)
        let seen = runStatistics
        addTraffic(seen, to: &text)
        addAlerts(seen, to: &text)
        text.add(
            "earshot_sign_active", .gauge, "Whether something keeps the sensor from seeing or telling what it should.",
            SensorSign.Kind.allCases.map { kind in
                MetricsText.Sample(life.active.contains(kind) ? 1 : 0, ("reason", "\(kind.name)"))
            })
        return text.text
    }

    private func addInterfaces(_ interfaces: [InterfaceStatus], to text: inout MetricsText) {
        text.add(
            "earshot_interface_up", .gauge, "Whether frames are captured on the interface.",
            interfaces.map { MetricsText.Sample($0.state == .up ? 1 : 0, ("interface", $0.name)) })
        text.add(
            "earshot_interface_frames_total", .counter, "Frames that were read of the interface.",
            interfaces.map { MetricsText.Sample($0.frames, ("interface", $0.name)) })
        text.add(
            "earshot_interface_dropped_frames_total", .counter,
            "Frames that never reached the sensor: the kernel's buffer was full, or the interface dropped them.",
            interfaces.flatMap { interface in
                [
                    MetricsText.Sample(
                        interface.counters.droppedByKernel, ("interface", interface.name), ("reason", "kernel")),
                    MetricsText.Sample(
                        interface.counters.droppedByInterface, ("interface", interface.name), ("reason", "interface")),
                ]
            })
    }

    private func addTraffic(_ seen: RunStatistics, to text: inout MetricsText) {
        text.add("earshot_packets_total", .counter, "Frames that were read, decoded or not.", seen.packets)
        text.add("earshot_bytes_total", .counter, "Bytes of those frames as they were on the wire.", seen.bytes)
        text.add("earshot_flows_total", .counter, "Flows that were seen, of all protocols.", seen.flows)
        let names = Protocols.descriptors.map { "\($0.category.name)" }
        text.add(
            "earshot_messages_total", .counter, "Messages that were read.",
            names.map { name in
                MetricsText.Sample(seen.messages[name]?.values.reduce(0, +) ?? 0, ("protocol", name))
            })
        text.add(
            "earshot_violations_total", .counter, "Broken rules of specifications.", seen.violations.values.reduce(0, +)
        )
        text.add(
            "earshot_encrypted_flows_total", .counter, "Flows of TLS and DTLS, which are not read.",
            seen.encryptedFlows)
        text.add("earshot_stream_gaps_total", .counter, "Holes in TCP streams that were never filled.", seen.gaps)
        text.add(
            "earshot_unparsed_bytes_total", .counter, "Bytes of followed streams that were not understood.",
            seen.unparsedBytes)
        text.add(
            "earshot_cut_frames_total", .counter, "Frames that were captured in part.", seen.cutShort)
        text.add(
            "earshot_wrong_checksums_total", .counter, "Packets with a wrong checksum.", seen.wrongChecksums)
        text.add(
            "earshot_capture_holes_total", .counter, "Stretches of time in which nothing was captured.",
            seen.holes ?? 0)
        text.add(
            "earshot_undecoded_frames_total", .counter, "Frames without a segment or datagram.",
            seen.undecoded.sorted { $0.key < $1.key }.map { MetricsText.Sample($0.value, ("reason", $0.key)) })
        text.add(
            "earshot_evicted_total", .counter, "What was pushed out of full tables.",
            seen.evicted.sorted { $0.key < $1.key }.map { MetricsText.Sample($0.value, ("reason", $0.key)) })
    }

    private func addAlerts(_ seen: RunStatistics, to text: inout MetricsText) {
        for (name, help, counts) in [
            ("earshot_alerts_total", "Alert rows.", seen.alerts),
            ("earshot_alert_repetitions_total", "Matches that only added to the count of a row.", seen.suppressed),
        ] {
            text.add(
                name, .counter, help,
                AlertLevel.allCases.map { level in
                    let count = counts.reduce(UInt64(0)) { $0 + (levels[$1.key] == level ? $1.value : 0) }
                    return MetricsText.Sample(count, ("level", level.rawValue))
                })
        }
        let store = writer.counters
        text.add(
            "earshot_store_written_alerts_total", .counter, "Alerts and repetitions that the store took.",
            store.committed)
        text.add(
            "earshot_store_lost_alerts_total", .counter, "Alerts and repetitions that could not be kept.", store.lost)
        text.add(
            "earshot_store_waiting_alerts", .gauge, "Alerts and repetitions that wait for the store.",
            [
                MetricsText.Sample(writer.waiting, ("reason", "queued")),
                MetricsText.Sample(max(0, store.spilled - store.takenIn), ("reason", "spilled")),
            ])
        text.add("earshot_rules", .gauge, "Rules that are loaded and raise alerts.", ruleCount)
        text.add(
            "earshot_reloads_total", .counter, "How often rules were loaded again.",
            [
                MetricsText.Sample(seen.reloads, ("reason", "loaded")),
                MetricsText.Sample(seen.reloadsFailed, ("reason", "failed")),
            ])
    }
}
