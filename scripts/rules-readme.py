#!/usr/bin/env python3
"""Keeps Rules/README.md true: levels and rows as the rule files say, and which rules tell which threat.

    scripts/rules-readme.py          writes what the rule files say into Rules/README.md
    scripts/rules-readme.py --check  says where the two differ; exit code 1 where they do

What a rule is about is written by hand, in the tables of README.md; its level and its row come from its file. A rule that has no
line is named, and so is a line without a rule.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
RULES = ROOT / "Rules"
README = RULES / "README.md"
HEAD = "## Which rules tell which threat"

# What attackers do, and the rules that tell it. What none tells says why.
THREATS = [
    ("Looking around and carrying off", [
        ("R01 subscription to every topic", "mqtt_harvest mqtt_harvest_in_progress mqtt_bridge_carries_all mqtt_uncovered_delivery"),
        ("R02 statistics of the broker", "mqtt_sys_subscription"),
        ("R03 filters that get round a ban on `#`", "mqtt_harvest mqtt_filter_many_wildcards mqtt_subscribe_vertical"),
        ("R04 guessing topics and rights", "mqtt_subscribe_refused_burst mqtt_subscribe_rate mqtt_filters_many mqtt_topics_refused"),
        ("R05 grab what is retained and go", "mqtt_retained_harvest mqtt_kept_read"),
        ("R06 scanners", "mqtt_scanner_nmap mqtt_levels_three mqtt_scanner_cotopaxi"),
        ("R07 sweep of brokers, probing of versions", "mqtt_broker_sweep mqtt_port_scan mqtt_version_probing"),
        ("R08 CoAP discovery and directories", "coap_discovery coap_discovery_sweep coap_directory_lookup"),
        ("R09 discovery by multicast", "coap_group_request coap_group_answers"),
        ("R10 guessing paths, pings", "coap_path_guessing coap_ping_sweep"),
        ("R11 one namespace, secrets of devices", "mqtt_subscribe_vertical mqtt_tasmota_query mqtt_tasmota_secret_query"),
    ]),
    ("Getting in", [
        ("A01 anonymous access", "mqtt_anonymous_accepted mqtt_anonymous_from_outside mqtt_anonymous_refused"),
        ("A02 guessing and spraying", "mqtt_password_guessing mqtt_username_spray mqtt_password_spray mqtt_refused_logins mqtt_hosts_refused "
         "mqtt_user_refused_everywhere mqtt_stale_password"),
        ("A03 success after failures", "mqtt_login_after_guessing mqtt_login_after_guessing_elsewhere"),
        ("A04 default logins", "mqtt_default_credentials mqtt_default_credentials_accepted"),
        ("A05 user name without password", "mqtt_user_without_password"),
        ("A06 wildcards in names", "mqtt_wildcard_in_identity"),
        ("A07 writing to the broker's own topics", "mqtt_sys_topic_write mqtt_broker_control_write mqtt_will_command"),
        ("A08 flag of a bridge", "mqtt_bridge mqtt_bridge_carries_all"),
        ("A09 CoAP writes in clear", "coap_write_in_clear coap_changes_of_many coap_write_from_outside coap_lwm2m_device_reset"),
        ("A10 OSCORE that fails", "coap_oscore_refused coap_oscore_unprotected"),
        ("A11 LwM2M keys and bootstrap", "coap_lwm2m_security_object coap_lwm2m_bootstrap"),
    ]),
    ("Flooding and holding", [
        ("F01 flood of connections", "mqtt_connect_flood mqtt_connect_flood_many_hosts mqtt_client_ids_many mqtt_connect_churn"),
        ("F02 connections that say nothing", "mqtt_connections_silent mqtt_half_open_flood"),
        ("F03 flood of messages", "mqtt_packet_flood mqtt_ping_flood mqtt_message_large mqtt_volume mqtt_publish_rate mqtt_ping_rate"),
        ("F04 depth and number of subscriptions", "mqtt_topic_too_deep mqtt_topic_deep mqtt_filter_many_wildcards mqtt_filters_many "
         "mqtt_subscribe_rate"),
        ("F05 SlowITe", "mqtt_sessions_idle mqtt_silent_connections mqtt_sessions_idle_many_hosts"),
        ("F06 SlowTT", "mqtt_sessions_idle mqtt_silent_connections mqtt_sessions_idle_many_hosts"),
        ("F07 a packet that trickles", "mqtt_connect_unfinished mqtt_connects_unfinished mqtt_packet_unfinished mqtt_packets_unfinished"),
        ("F08 huge length before the login", "mqtt_connect_huge"),
        ("F09 QoS 2 left open", "mqtt_qos2_unreleased mqtt_packet_id_in_use mqtt_qos2_some_open"),
        ("F10 reader that does not acknowledge", "mqtt_subscriber_stalled mqtt_sessions_hoarded"),
        ("F11 bloat of properties", "mqtt_user_properties_many mqtt_connect_oversized mqtt_property_long"),
        ("F12 CoAP requests and copies", "coap_request_flood coap_repeated_copies coap_request_rate coap_requests_of_many"),
        ("F13 flood of observations", "coap_observe_flood coap_observe_many"),
        ("F14 uploads never ended", "coap_upload_flood coap_uploads_open coap_upload_restarted"),
        ("F15 DTLS floods", ""),
        ("F16 loops between brokers and proxies", "mqtt_message_loop coap_loop"),
    ]),
    ("Breaking the specification", [
        ("P01 fixed header", "mqtt_header_invalid mqtt_flags_invalid"),
        ("P02 lengths that overrun", "mqtt_lengths_to_broker mqtt_lengths_to_client"),
        ("P03 ill-formed UTF-8", "mqtt_topic_not_utf8 mqtt_topic_not_utf8_kept mqtt_violation_delivered mqtt_identity_not_utf8"),
        ("P04 U+0000, control characters", "mqtt_topic_control mqtt_topic_control_kept mqtt_identity_control"),
        ("P05 illegal topic names", "mqtt_topic_wildcard mqtt_topic_wildcard_kept mqtt_topic_empty"),
        ("P06 illegal filters", "mqtt_filter_invalid mqtt_filter_regex"),
        ("P07 fields of CONNECT", "mqtt_connect_invalid"),
        ("P08 order of packets", "mqtt_order_invalid mqtt_after_refusal"),
        ("P09 packets of the other side", "mqtt_wrong_direction"),
        ("P10 acknowledgements of nothing", "mqtt_answer_invalid mqtt_suback_empty mqtt_grant_unasked"),
        ("P11 properties of MQTT 5.0", "mqtt_property_invalid"),
        ("P12 limits that were agreed on", "mqtt_limit_exceeded"),
        ("P13 WebSocket, other protocols on the port", "mqtt_websocket_invalid mqtt_foreign_protocol mqtt_clear_on_secure_port"),
        ("P14 CoAP header", "coap_header_invalid"),
        ("P15 CoAP options", "coap_options_invalid coap_critical_unknown"),
        ("P16 blocks", "coap_block_invalid coap_notifications_old"),
        ("P17 tricks with paths", "coap_path_traversal coap_path_strange"),
        ("P18 OSCORE option", "coap_oscore_invalid"),
        ("P19 CoAP over TCP", "coap_violation"),
        ("P20 fuzzers", "mqtt_violation mqtt_many_violations coap_violation coap_many_violations"),
    ]),
    ("Taking over", [
        ("H01 client id taken over", "mqtt_clientid_takeover mqtt_clientid_duel"),
        ("H02 session taken over", "mqtt_session_taken_elsewhere mqtt_session_resumed_elsewhere"),
        ("H03 identity that drifts", "mqtt_identity_drift"),
        ("H04 sent to another broker", "mqtt_server_redirect"),
        ("H05 injection into TCP", "network_differing_copies network_many_differing_copies network_hidden_subscription network_forged_reset network_fragment_overlap"),
        ("H06 raced answers", "coap_second_answer coap_answer_differs coap_answer_elsewhere coap_answer_unasked coap_empty_unasked"),
        ("H07 replay", "coap_change_replayed coap_oscore_replay coap_oscore_replayed coap_notifications_old"),
        ("H08 blocks exchanged", "coap_block_conflict"),
        ("H09 registration moved", "coap_registration_moved coap_registration_removed coap_registration_short"),
        ("H10 telemetry of another sender", "policy_replayed_values policy_second_publisher policy_time_jump"),
    ]),
    ("Leaking", [
        ("L01 passwords in clear", "mqtt_credentials_in_clear mqtt_websocket_in_clear"),
        ("L02 secrets in contents", "payload_private_key payload_jwt payload_cloud_key payload_bearer_token payload_password "
         "payload_wifi_credentials"),
        ("L03 personal data and positions", "payload_mail payload_phone payload_name payload_card payload_iban payload_coordinates"),
        ("L04 medical records", "payload_hl7v2 payload_fhir payload_dicom payload_vital_signs"),
        ("L05 data of plants", "payload_plc_telemetry payload_sparkplug payload_opcua_pubsub payload_alarm payload_maintenance"),
        ("L06 classes of records", "payload_class_environment payload_class_positioning payload_class_energy "
         "payload_class_manufacturing payload_class_emergency payload_class_transportation payload_class_consumer "
         "payload_class_medical"),
        ("L07 firmware", "payload_firmware_image payload_firmware_second_publisher payload_update_command payload_update_url "
         "coap_lwm2m_firmware_update"),
        ("L08 files carried off", "payload_files_outside payload_file_as_reading"),
    ]),
    ("What is retained, and wills", [
        ("W01 retained commands", "mqtt_retained_command mqtt_set_retained"),
        ("W02 retained values replaced by others", "mqtt_retained_seized mqtt_retained_taken_over mqtt_retained_replaced"),
        ("W03 mass clearing", "mqtt_retained_mass_clear mqtt_retained_many mqtt_retained_some_cleared"),
        ("W04 flood of retained topics", "mqtt_retained_topics_flood mqtt_retained_discovery_flood mqtt_retained_volume mqtt_retained_many mqtt_retained_very_many mqtt_retained_large"),
        ("W05 poison that is kept", "mqtt_topic_not_utf8_kept mqtt_topic_control_kept mqtt_topic_wildcard_kept"),
        ("W06 wills", "mqtt_will_command mqtt_will_outlives mqtt_wills_fired"),
        ("W07 state of others", "mqtt_state_spoofed mqtt_state_of_another"),
    ]),
    ("Single products", [
        ("V01 topics under `$`", "mqtt_dollar_topic"),
        ("V02 names of prototypes", "mqtt_prototype_name"),
        ("V03 script, SQL and templates", "mqtt_markup_in_identity mqtt_template_in_identity payload_script_injection "
         "payload_sql_injection payload_template_injection"),
        ("V04 overlapping shared subscriptions", ""),
        ("V05 long queries", "coap_discovery_long_query"),
        ("V06 proxies", "coap_proxy_long_host coap_proxy_request"),
        ("V07 published attacks", "coap_known_probe"),
        ("V08 DTLS stacks", ""),
        ("V09 LwM2M clients", "coap_lwm2m_firmware_update coap_lwm2m_package_uri coap_lwm2m_tlv_overrun"),
    ]),
    ("Amplifying", [
        ("X01 seen by the victim", "coap_reflection_victim coap_unasked_servers coap_answer_unasked"),
        ("X02 large answers", "coap_amplification coap_large_answers"),
        ("X03 notifications", "coap_notification_flood coap_observe_unbounded"),
        ("X04 groups", "coap_multicast_amplification coap_group_answers"),
        ("X05 bursts of blocks", "coap_amplification coap_q_block_burst coap_large_answers"),
        ("X06 short bursts", "coap_amplification coap_large_answers"),
        ("X07 proxies", "coap_proxy_from_outside coap_proxy_request"),
    ]),
    ("Command and control, exposure", [
        ("C01 brokers outside", "mqtt_broker_outside"),
        ("C02 MQTT from hosts that are no devices", ""),
        ("C03 malware by name", "mqtt_c2_iocontrol mqtt_c2_guid_channel mqtt_c2_mqsttang mqtt_c2_bambootoken"),
        ("C04 shells over MQTT", "mqtt_c2_mqtt_pwn payload_shell_output payload_reverse_shell payload_base64_shell payload_fetch_and_run "
         "payload_shell_words"),
        ("C05 beacons", "payload_beacon"),
        ("C06 data in names and fields", "mqtt_client_ids_many mqtt_empty_messages_many mqtt_property_long coap_query_long coap_refused_again"),
        ("C07 tunnels and shells in contents", "payload_tunnel payload_shell_output payload_reverse_shell payload_fetch_and_run "
         "payload_shell_words"),
        ("E01 clients from outside", "mqtt_client_from_outside mqtt_anonymous_from_outside coap_client_from_outside mqtt_refused_from_outside"),
        ("E02 servers outside", "mqtt_broker_outside coap_server_outside"),
        ("E03 weak TLS, clear on its port", "mqtt_clear_on_secure_port coap_clear_on_secure_port"),
        ("E04 certificates", ""),
        ("E05 what TLS hides", ""),
        ("E06 WebSocket in clear", "mqtt_websocket_in_clear"),
    ]),
    ("What is not usual here (with a policy)", [
        ("N01 new broker or CoAP server", "policy_new_broker"),
        ("N02 new client, or from another place", "policy_new_client policy_not_listed policy_client_changed mqtt_clientid_takeover mqtt_session_resumed_elsewhere mqtt_identity_drift"),
        ("N03 topic that was never published", "policy_new_topic policy_new_resource"),
        ("N04 role flip", "policy_role_flip policy_new_command policy_new_method"),
        ("N05 records in another form", "policy_new_format policy_records_changed payload_file_as_reading"),
        ("N06 poisoned telemetry", "policy_value_out_of_band policy_stuck_value policy_time_jump"),
        ("N07 silence, another pace", "policy_silence policy_records_changed policy_maintenance policy_not_seen"),
        ("N08 second publisher", "policy_second_publisher policy_new_publisher policy_new_reader policy_denied payload_firmware_second_publisher mqtt_retained_taken_over mqtt_state_of_another"),
    ]),
    ("Blinding the sensor", [
        ("S01 nothing, or half of it, is heard", "sensor_interface_down sensor_no_frames sensor_no_messages sensor_one_direction"),
        ("S02 what is heard is cut, damaged or stripped", "sensor_cut_short sensor_wrong_checksums sensor_tags_on_one_side sensor_more_encrypted"),
        ("S03 frames or alerts get lost", "network_websocket_budget sensor_drops sensor_store_trouble"),
        ("S04 the clock is set", "sensor_clock_stepped"),
    ]),
]
WHY_NOT = {
    "F15": "DTLS is not read", "V08": "DTLS is not read",
    "E04": "TLS is told apart and left alone", "E05": "TLS is told apart and left alone",
    "C02": "what a host is else the sensor does not know; `earshot assets` lists who speaks MQTT",
    "V04": "only wrong where the broker is known to be a NanoMQ",
}


def documents():
    """The rules that raise rows, by name: level, row, captures on which they fire and stay silent."""
    found = {}
    for path in sorted(RULES.glob("*/*.yml")):
        for text in re.split(r"(?m)^---\s*$", path.read_text()):
            suppress = re.search(r"(?m)^    suppress: \{by: \[([^\]]*)\], for: (\w+)\}", text)
            name = re.search(r"(?m)^name: (\S+)$", text)
            if not suppress or not name:
                continue
            captures = re.findall(r"\{capture: (\S+), alerts: (\d+)\}", text)
            found[name.group(1)] = {
                "level": re.search(r"(?m)^level: (\w+)$", text).group(1),
                "row": row(suppress.group(1), suppress.group(2)),
                "fires": [capture for capture, rows in captures if rows != "0"] or (
                    ["messages in its file"] if re.search(r"alerts: [1-9]", text) else []),
                "silent": [capture for capture, rows in captures if rows == "0"],
            }
    return found


def row(fields, length):
    """What makes a row, in words."""
    fields = fields.split(", ")
    words = {
        "client.ip": "host", "server.ip": "server", "source.ip": "sender", "destination.ip": "receiver",
        "sensor.interface": "interface", "sensor.sign": "sensor", "policy.party": "kind of client",
        "policy.name": "topic", "policy.kind": "deviation", "policy.expected": None, "mqtt.clientid": "client id", "server.port": None,
    }
    names = [words.get(field, field) for field in fields if words.get(field, field)]
    return ", ".join(names + [re.sub(r"(\d+)(\w)", r"\1 \2", length)])


def threats(rules):
    """The tables of threats, as lines."""
    lines = [HEAD, "", "*fires on* and *silent on* name captures of `PcapSamples/` that hold the attack, and honest traffic that comes near it."]
    complaints = []
    for title, entries in THREATS:
        lines += ["", f"### {title}", "", "| threat | rules | level | fires on | silent on |", "|---|---|---|---|---|"]
        for entry, names in entries:
            names = names.split()
            complaints += [f"{entry}: there is no rule {name}" for name in names if name not in rules]
            known = [name for name in names if name in rules]
            if not known:
                lines.append(f"| {entry} | none: {WHY_NOT[entry[:3]]} | | | |")
                continue
            order = ["informational", "low", "medium", "high", "critical"]
            levels = sorted({rules[name]["level"] for name in known}, key=order.index)
            fires = next((capture for name in known for capture in rules[name]["fires"]), "")
            silent = next((capture for name in known for capture in rules[name]["silent"]), "")
            lines.append(
                f"| {entry} | {', '.join(f'`{name}`' for name in known)} | {' to '.join(dict.fromkeys([levels[0], levels[-1]]))} "
                f"| {fires} | {silent} |")
    return lines, complaints


def main():
    rules = documents()
    text = README.read_text()
    before = text.partition("\n" + HEAD)[0].rstrip("\n")
    lines, seen, complaints = [], set(), []
    for line in before.split("\n"):
        match = re.match(r"\| `(\w+)` \| (\w+) \| (.*) \| ([^|]*) \|$", line)
        if match and "_" in match.group(1):
            name = match.group(1)
            if name not in rules:
                complaints.append(f"README.md has a line for {name}, which is no rule that raises rows")
                continue
            if name in seen:
                complaints.append(f"README.md has two lines for {name}")
                continue
            seen.add(name)
            line = f"| `{name}` | {rules[name]['level']} | {match.group(3)} | {rules[name]['row']} |"
        lines.append(line)
    complaints += [f"README.md has no line for {name}" for name in sorted(set(rules) - seen)]
    tables, more = threats(rules)
    told = {name for _, entries in THREATS for _, names in entries for name in names.split()}
    complaints += more
    result = "\n".join(lines + [""] + tables) + "\n"
    if "--check" in sys.argv[1:]:
        if result != text:
            complaints.append("Rules/README.md is old; run scripts/rules-readme.py")
    else:
        README.write_text(result)
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    for name in sorted(set(rules) - told):
        print(f"{name}: stands at no threat", file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
