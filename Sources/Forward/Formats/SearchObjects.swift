import Foundation

/// What OpenSearch and Elasticsearch want to know before the first document: which fields there are, and how people look at
/// them.
public enum SearchObjects {
    /// Fields of a document by their types.
    ///
    /// There are no others: a document with another field is refused, and what attackers
    /// name stands in one field, whatever it is called.
    private static let fields: [(type: String, names: [String])] = [
        ("date", ["@timestamp", "event.created", "event.start", "event.end", "earshot.sent_at"]),
        (
            "keyword",
            [
                "ecs.version", "event.id", "event.module", "event.dataset", "event.kind", "event.category",
                "event.type",
                "event.action", "observer.name", "observer.type", "observer.vendor", "observer.product", "rule.id",
                "rule.name", "rule.category", "network.transport", "network.protocol", "network.community_id", "tags",
                "earshot.record_id", "earshot.record", "earshot.stream", "earshot.correlation_id", "earshot.finding_id",
                "earshot.level", "earshot.state", "earshot.action_by", "earshot.cause",
            ]
        ),
        ("ip", ["source.ip", "destination.ip", "client.ip", "server.ip", "related.ip"]),
        (
            "long",
            [
                "source.port", "destination.port", "event.sequence", "event.severity", "earshot.sequence",
                "earshot.alert_id",
                "earshot.revision", "earshot.count", "earshot.distinct_count", "earshot.bytes", "earshot.missing",
                "earshot.first_missing", "earshot.last_missing",
            ]
        ),
        ("wide", ["earshot.client_id", "earshot.group_key"]),
        ("text", ["message", "earshot.action_note", "earshot.summary"]),
        ("flat", ["earshot.event", "earshot.detail"]),
        ("binary", ["earshot.evidence_pcapng"]),
    ]

    /// The index template: a data stream whose mapping nobody can widen.
    ///
    /// - Parameters:
    ///   - index: the name of the data stream.
    ///   - flavour: who reads it.
    /// - Returns: JSON, for `PUT _index_template/NAME`.
    public static func template(index: String, _ flavour: SearchFlavour) -> String {
        var properties: [String: Any] = [:]
        for (type, names) in fields {
            for name in names {
                put(mapping(type, flavour), at: name.split(separator: ".").map(String.init), &properties)
            }
        }
        let object: [String: Any] = [
            "index_patterns": [index], "priority": 500, "data_stream": [String: Any](),
            "_meta": ["description": "Alerts of Earshot; made by earshot-forward template"],
            "template": [
                "settings": ["index.mapping.total_fields.limit": 200],
                "mappings": ["dynamic": "strict", "properties": properties],
            ],
        ]
        return text(object)
    }

    private static func mapping(_ type: String, _ flavour: SearchFlavour) -> [String: Any] {
        switch type {
        // Lucene takes no term of more than 32,766 bytes.
        case "wide": return ["type": "keyword", "ignore_above": 8000]
        case "keyword": return ["type": "keyword", "ignore_above": 8000]
        case "flat":
            switch flavour {
            case .opensearch: return ["type": "flat_object"]
            case .opensearch1: return ["type": "object", "enabled": false]
            case .elasticsearch: return ["type": "flattened", "ignore_above": 8191]
            }
        default: return ["type": type]
        }
    }

    private static func put(_ mapping: [String: Any], at path: [String], _ properties: inout [String: Any]) {
        guard let first = path.first else { return }
        guard path.count > 1 else {
            properties[first] = mapping
            return
        }
        var object = properties[first] as? [String: Any] ?? ["dynamic": "strict"]
        var inner = object["properties"] as? [String: Any] ?? [:]
        put(mapping, at: Array(path.dropFirst()), &inner)
        object["properties"] = inner
        properties[first] = object
    }

    /// A dashboard for OpenSearch Dashboards 2, as saved objects in lines of JSON: alerts over time by level, by rule, by
    /// sensor, and which sensors are heard of.
    ///
    /// - Parameter index: the name of the data stream.
    /// - Returns: lines of JSON, for the import of saved objects.
    public static func dashboard(index: String) -> String {
        let pattern: [String: Any] = [
            "type": "index-pattern", "id": "earshot",
            "attributes": ["title": "\(index)*", "timeFieldName": "@timestamp"],
            "references": [Any](),
        ]
        let charts: [(id: String, title: String, type: String, query: String, aggregations: [[String: Any]])] = [
            (
                "earshot-time", "Alerts over time", "histogram", "event.kind: alert",
                [bucket("date_histogram", "@timestamp", "segment", 2), bucket("terms", "earshot.level", "group", 3)]
            ),
            (
                "earshot-rules", "Alerts by rule", "table", "event.kind: alert",
                [bucket("terms", "rule.name", "bucket", 2)]
            ),
            (
                "earshot-sensors", "Alerts by sensor", "pie", "event.kind: alert",
                [bucket("terms", "observer.name", "segment", 2)]
            ),
            (
                "earshot-life", "Signs of life by sensor", "histogram", "earshot.record: heartbeat",
                [bucket("date_histogram", "@timestamp", "segment", 2), bucket("terms", "observer.name", "group", 3)]
            ),
        ]
        var lines = [line(pattern)]
        for chart in charts {
            let count: [String: Any] = [
                "id": "1", "enabled": true, "type": "count", "schema": "metric", "params": [String: Any](),
            ]
            let state: [String: Any] = [
                "title": chart.title, "type": chart.type, "aggs": [count] + chart.aggregations,
                "params": ["type": chart.type, "addTooltip": true, "addLegend": true, "perPage": 20],
            ]
            let source: [String: Any] = [
                "query": ["query": chart.query, "language": "kuery"], "filter": [Any](),
                "indexRefName": "kibanaSavedObjectMeta.searchSourceJSON.index",
            ]
            lines.append(
                line([
                    "type": "visualization", "id": chart.id,
                    "attributes": [
                        "title": chart.title, "visState": line(state), "uiStateJSON": "{}", "version": 1,
                        "kibanaSavedObjectMeta": ["searchSourceJSON": line(source)],
                    ],
                    "references": [
                        [
                            "id": "earshot", "type": "index-pattern",
                            "name": "kibanaSavedObjectMeta.searchSourceJSON.index",
                        ]
                    ],
                ]))
        }
        let panels: [[String: Any]] = charts.enumerated().map { place, _ in
            [
                "version": "2.11.0", "panelIndex": "\(place)", "panelRefName": "panel_\(place)",
                "gridData": ["x": place % 2 * 24, "y": place / 2 * 15, "w": 24, "h": 15, "i": "\(place)"],
                "embeddableConfig": [String: Any](),
            ]
        }
        lines.append(
            line([
                "type": "dashboard", "id": "earshot-dashboard",
                "attributes": [
                    "title": "Earshot", "panelsJSON": line(panels), "optionsJSON": "{}", "timeRestore": false,
                    "version": 1,
                    "kibanaSavedObjectMeta": [
                        "searchSourceJSON": line(["query": ["query": "", "language": "kuery"], "filter": [Any]()])
                    ],
                ],
                "references": charts.enumerated().map { place, chart in
                    ["id": chart.id, "type": "visualization", "name": "panel_\(place)"]
                },
            ]))
        return lines.joined(separator: "\n")
    }

    private static func bucket(_ type: String, _ field: String, _ schema: String, _ id: Int) -> [String: Any] {
        var params: [String: Any] = ["field": field]
        if type == "terms" { params.merge(["size": 20, "order": "desc", "orderBy": "1"]) { $1 } }
        if type == "date_histogram" { params["interval"] = "auto" }
        return ["id": "\(id)", "enabled": true, "type": type, "schema": schema, "params": params]
    }

    private static func text(_ object: Any) -> String {
        json(object, [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes])
    }

    private static func line(_ object: Any) -> String { json(object, [.sortedKeys, .withoutEscapingSlashes]) }

    private static func json(_ object: Any, _ options: JSONSerialization.WritingOptions) -> String {
        (try? JSONSerialization.data(withJSONObject: object, options: options)).map {
            String(decoding: $0, as: UTF8.self)
        } ?? "{}"
    }
}
