/// What stores of every released schema hold, as SQL text: the tables as the program of that time made them, and a few rows.
///
/// These texts never change: a store that somebody has must be brought up to date however old it is.
enum ReleasedSchemas {
    /// The script that makes a store of a schema, 1 to 5.
    static func script(_ version: Int) -> String {
        var script = one
        if version >= 2 { script += two }
        if version >= 3 { script += three }
        if version >= 4 { script += four }
        if version >= 5 { script += five }
        return script + "PRAGMA application_id = 1164014195;\nPRAGMA user_version = \(version);\n"
    }

    private static let one = """
        CREATE TABLE run(
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            sensor TEXT NOT NULL,
            started INTEGER NOT NULL,
            ended INTEGER,
            source TEXT NOT NULL,
            version TEXT NOT NULL,
            rules_digest TEXT NOT NULL,
            packets INTEGER NOT NULL DEFAULT 0,
            bytes INTEGER NOT NULL DEFAULT 0,
            dropped_kernel INTEGER NOT NULL DEFAULT 0,
            dropped_interface INTEGER NOT NULL DEFAULT 0,
            flows INTEGER NOT NULL DEFAULT 0,
            messages INTEGER NOT NULL DEFAULT 0,
            status TEXT NOT NULL,
            source_digest TEXT,
            stats TEXT NOT NULL DEFAULT '{}',
            uuid TEXT NOT NULL UNIQUE
        );
        CREATE TABLE rule(
            id TEXT NOT NULL,
            title TEXT NOT NULL,
            level TEXT NOT NULL,
            tags TEXT NOT NULL,
            source TEXT NOT NULL,
            loaded_at INTEGER NOT NULL,
            version INTEGER PRIMARY KEY AUTOINCREMENT,
            UNIQUE(id, source)
        );
        CREATE TABLE alert(
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            first_seen INTEGER NOT NULL,
            last_seen INTEGER NOT NULL,
            count INTEGER NOT NULL,
            rule_id TEXT NOT NULL,
            rule_title TEXT NOT NULL,
            level TEXT NOT NULL,
            category TEXT NOT NULL,
            summary TEXT NOT NULL,
            source_ip TEXT,
            source_port INTEGER,
            destination_ip TEXT,
            destination_port INTEGER,
            transport TEXT,
            client_ip TEXT,
            server_ip TEXT,
            client_id TEXT,
            community_id TEXT,
            group_key TEXT,
            event TEXT NOT NULL,
            sensor TEXT NOT NULL,
            run_id INTEGER NOT NULL REFERENCES run(id),
            serial INTEGER NOT NULL,
            rule_version INTEGER REFERENCES rule(version),
            stored_at INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            UNIQUE(run_id, serial)
        );
        CREATE TABLE evidence(
            alert_id INTEGER NOT NULL REFERENCES alert(id) ON DELETE CASCADE,
            frame_number INTEGER NOT NULL,
            timestamp_ns INTEGER NOT NULL,
            link_type INTEGER NOT NULL,
            original_length INTEGER NOT NULL,
            bytes BLOB NOT NULL,
            UNIQUE(alert_id, frame_number, timestamp_ns)
        );
        CREATE TABLE counter(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        INSERT INTO counter VALUES('revision', 0);
        CREATE UNIQUE INDEX alert_revision ON alert(revision);
        CREATE INDEX alert_last_seen ON alert(last_seen);
        CREATE INDEX alert_rule_id ON alert(rule_id);
        CREATE INDEX alert_rule_version ON alert(rule_version);
        CREATE INDEX alert_client_id ON alert(client_id) WHERE client_id IS NOT NULL;
        CREATE INDEX alert_source_ip ON alert(source_ip);
        CREATE INDEX alert_destination_ip ON alert(destination_ip);
        CREATE INDEX alert_client_ip ON alert(client_ip);
        CREATE INDEX alert_server_ip ON alert(server_ip);
        CREATE INDEX run_digests ON run(source_digest, rules_digest);
        CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
        INSERT INTO grdb_migrations VALUES('alerts');
        INSERT INTO run(sensor, started, ended, source, version, rules_digest, packets, status, source_digest, stats, uuid)
        VALUES('plant', 1700000000000000, 1700000001000000, 'a.pcap', '0.1.0', 'r1', 7, 'finished', 'd1', '{"packets":7}', 'u1');
        INSERT INTO rule VALUES('rule-1', 'Subscription to every topic', 'high', 'attack.t0801', 'title: x', 1, 1);
        INSERT INTO alert(first_seen, last_seen, count, rule_id, rule_title, level, category, summary, source_ip, source_port,
        event, sensor, run_id, serial, rule_version, stored_at, revision)
        VALUES(1700000000123456, 1700000000654321, 3, 'rule-1', 'Subscription to every topic', 'high', 'mqtt', 'plc-1',
        '192.0.2.10', 40001, '{"mqtt.type":"SUBSCRIBE"}', 'plant', 1, 0, 1, 1700000002000000, 1);
        INSERT INTO alert(first_seen, last_seen, count, rule_id, rule_title, level, category, summary, event, sensor, run_id,
        serial, rule_version, stored_at, revision)
        VALUES(-1, 0, 1, 'rule-1', 'Subscription to every topic', 'low', 'mqtt', 'plc-2', '{}', 'plant', 1, 1, 1,
        1700000002000000, 2);
        INSERT INTO evidence VALUES(1, 4, 1700000000123456000, 1, 3, x'010203');
        UPDATE counter SET value = 2 WHERE name = 'revision';

        """

    private static let two = """
        ALTER TABLE alert ADD COLUMN evidence_left_out INTEGER NOT NULL DEFAULT 0;
        INSERT INTO grdb_migrations VALUES('evidence left out');
        UPDATE alert SET evidence_left_out = 5 WHERE id = 1;

        """

    private static let three = """
        ALTER TABLE alert ADD COLUMN distinct_count INTEGER;
        ALTER TABLE alert ADD COLUMN distinct_name TEXT;
        ALTER TABLE alert ADD COLUMN distinct_estimate INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE alert ADD COLUMN distinct_first TEXT;
        ALTER TABLE alert ADD COLUMN distinct_latest TEXT;
        ALTER TABLE alert ADD COLUMN bytes INTEGER;
        ALTER TABLE alert ADD COLUMN folded INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE alert ADD COLUMN row_key BLOB;
        CREATE TABLE secret(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        INSERT INTO grdb_migrations VALUES('tallies and open rows');
        UPDATE alert SET distinct_count = 4, distinct_name = 'clients' WHERE id = 1;

        """

    private static let four = """
        ALTER TABLE alert ADD COLUMN history TEXT;
        DROP INDEX alert_last_seen;
        DROP INDEX alert_rule_id;
        CREATE INDEX alert_of_low_level ON alert(revision) WHERE level IN ('informational', 'low');
        CREATE INDEX alert_of_medium_level ON alert(revision) WHERE level = 'medium';
        CREATE INDEX alert_of_high_level ON alert(revision) WHERE level = 'high';
        CREATE INDEX alert_of_critical_level ON alert(revision) WHERE level = 'critical';
        CREATE TABLE identity(value TEXT NOT NULL);
        INSERT INTO identity VALUES('7f0e4f0c-9c7b-4a52-8f0e-4a1b1f2d3c4e');
        INSERT INTO counter VALUES('open', 0);
        CREATE VIEW alert_view AS SELECT strftime('%Y-%m-%dT%H:%M:%S', (first_seen - ((first_seen % 1000000 + \
        1000000) % 1000000)) / 1000000, 'unixepoch') || printf('.%06dZ', ((first_seen % 1000000 + 1000000) % \
        1000000)) AS first_seen_text, strftime('%Y-%m-%dT%H:%M:%S', (last_seen - ((last_seen % 1000000 + 1000000) \
        % 1000000)) / 1000000, 'unixepoch') || printf('.%06dZ', ((last_seen % 1000000 + 1000000) % 1000000)) AS \
        last_seen_text, strftime('%Y-%m-%dT%H:%M:%S', (stored_at - ((stored_at % 1000000 + 1000000) % 1000000)) / \
        1000000, 'unixepoch') || printf('.%06dZ', ((stored_at % 1000000 + 1000000) % 1000000)) AS stored_at_text, \
        alert.* FROM alert;
        CREATE VIEW run_view AS SELECT strftime('%Y-%m-%dT%H:%M:%S', (started - ((started % 1000000 + 1000000) % \
        1000000)) / 1000000, 'unixepoch') || printf('.%06dZ', ((started % 1000000 + 1000000) % 1000000)) AS \
        started_text, strftime('%Y-%m-%dT%H:%M:%S', (ended - ((ended % 1000000 + 1000000) % 1000000)) / 1000000, \
        'unixepoch') || printf('.%06dZ', ((ended % 1000000 + 1000000) % 1000000)) AS ended_text, run.* FROM run;
        INSERT INTO grdb_migrations VALUES('views and identity');

        """

    private static let five = """
        CREATE TABLE distinct_values(
            alert_id INTEGER PRIMARY KEY REFERENCES alert(id) ON DELETE CASCADE,
            texts TEXT NOT NULL
        );
        INSERT INTO distinct_values VALUES(1, '["a","b"]');
        INSERT INTO grdb_migrations VALUES('values of rows');

        """
}
