"""Secrets, personal and medical data in messages, each with honest content that comes near it. All values are invented."""

import base64
import json

from .payload_tools import kind


def encoded(value):
    """The part of a token that holds an object."""
    return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).decode().rstrip("=")


def pem(name, first):
    """A block in the form of PEM, whose content means nothing."""
    body = base64.b64encode(bytes((first + 7 * n) % 256 for n in range(96))).decode()
    return f"-----BEGIN {name}-----\n{body[:64]}\n{body[64:]}\n-----END {name}-----\n"


def luhn(digits):
    """Digits with their check digit (ISO/IEC 7812-1)."""
    total = sum(sum(divmod(int(digit) * (2 - place % 2), 10)) for place, digit in enumerate(reversed(digits)))
    return digits + str(-total % 10)


def iban(country, account):
    """An account with its check digits (ISO 13616-1)."""
    number = "".join(str(int(letter, 36)) for letter in account + country)
    return f"{country}{98 - int(number + '00') % 97:02}{account}"


TOKEN = ".".join([encoded({"alg": "HS256", "typ": "JWT"}), encoded({"sub": "pump-7", "exp": 1796083200}),
                  "b2Zmc2V0LWFuZC1pbnZlbnRlZC1zaWduYXR1cmU"])
NO_TOKEN = ".".join([encoded({"version": "1.4", "board": "C3"}), encoded({"build": 2231}), "c3RhYmxl"])
CARD = luhn("492917304465128")
ACCOUNT = iban("DE", "100500000123456789")

# Secrets

kind("private-key", "A gateway is given its private key over the broker, in PEM, while somebody outside and somebody who reads "
     "every topic listen (mosquitto_pub, mosquitto_sub)",
     [("plant/gateway-3/provisioning/key", pem("EC PRIVATE KEY", 3))], {"payload_private_key": 1}, readers=True)
kind("private-key-near", "A certificate and a public key in PEM, which may be seen by everybody (mosquitto_pub)",
     [("office/gateway/provisioning/certificate", pem("CERTIFICATE", 5)), ("office/gateway/provisioning/public", pem("PUBLIC KEY", 9))], {})
kind("jwt", "A signed token in a message and in a CoAP request, with readers outside and of every topic (mosquitto_pub, "
     "mosquitto_sub, coap-client)", [("app/session/7", json.dumps({"session": TOKEN}))], {"payload_jwt": 2}, readers=True,
     over_coap=("/data/session", TOKEN))
kind("jwt-near", "Three parts of base64 between points that are a version, not a token (mosquitto_pub)",
     [("app/build", json.dumps({"build": NO_TOKEN}))], {})
kind("cloud-key", "The key of a device to a cloud in its settings, with readers outside and of every topic (mosquitto_pub, mosquitto_sub)",
     [("camera/4/settings", json.dumps({"connection": "HostName=works.example.net;DeviceId=cam4;SharedAccess"
                                                      "Key=q7ZtmK3vLx9RwPd0sYhN2bGfJ5cTe8uAi4oVk1nUEw0="}))],
     {"payload_cloud_key": 1}, readers=True)
kind("cloud-key-near", "Part numbers that begin as the keys of a cloud do (mosquitto_pub)",
     [("store/4/parts", json.dumps({"part": "AKIA-1200", "maker": "ASIA2026"}))], {})
kind("bearer-token", "An access token in an answer, with readers outside and of every topic (mosquitto_pub, mosquitto_sub)",
     [("app/login/result", json.dumps({"access_token": "v7Lq2xYb9RkTn4WzPs6Hd1Mf8Gc3Jt5A", "expires_in": 3600}))],
     {"payload_bearer_token": 1}, readers=True)
kind("bearer-token-near", "The kind of a token and how long it lasts, without the token (mosquitto_pub)",
     [("app/login/result", json.dumps({"token_type": "bearer", "expires_in": 3600, "access_token": ""}))], {})
kind("password", "The login of a door controller in its settings, with readers outside and of every topic, and once more as a will "
     "(mosquitto_pub, mosquitto_sub, paho)",
     [("building/door-2/config", json.dumps({"user": "admin", "password": "copper-kettle-71"}))], {"payload_password": 1},
     readers=True, will=("building/door-3/config", json.dumps({"user": "admin", "password": "tin-ladle-38"})))
kind("password-will", "A password in a will, and nowhere else (paho)", [], {"payload_password": 1},
     will=("building/door-3/config", json.dumps({"user": "admin", "password": "tin-ladle-38"})))
kind("password-near", "The same settings with the password masked, and rules for passwords (mosquitto_pub)",
     [("building/door-2/config", json.dumps({"user": "admin", "password": "********"})),
      ("building/policy", json.dumps({"password_min_length": 12, "password_expires_days": 90}))], {})
kind("wifi-credentials", "A lamp is told the name and key of a wireless network, with readers outside and of every topic "
     "(mosquitto_pub, mosquitto_sub)", [("lamp/9/setup", json.dumps({"ssid": "Harbour", "psk": "nine-green-boats"}))],
     {"payload_wifi_credentials": 1}, readers=True)
kind("wifi-credentials-near", "The name of a wireless network and how strong it is (mosquitto_pub)",
     [("lamp/9/wifi", json.dumps({"ssid": "Harbour", "rssi": -61, "channel": 11}))], {})

# Personal data

kind("mail", "The mail address of a passenger, with readers outside and of every topic (mosquitto_pub, mosquitto_sub)",
     [("ride/118/booking", json.dumps({"ride": 118, "contact": "mira.lund@example.org"}))], {"payload_mail": 1}, readers=True)
kind("mail-near", "The id of a mail and the address of a repository, which have an @ too (mosquitto_pub)",
     [("mail/gateway/queue", json.dumps({"message_id": "<20261130.175503.77@mx4.example.org>", "size": 4113})),
      ("build/source", json.dumps({"repository": "ssh://git@code.example.org/pump.git"}))], {})
kind("phone", "A gateway for short messages is given a number, with readers outside and of every topic (mosquitto_pub, mosquitto_sub)",
     [("sms/send", json.dumps({"phone": "+44 20 7946 0123", "text": "The door is open"}))], {"payload_phone": 1}, readers=True)
kind("phone-near", "A counter and a serial number with as many digits (mosquitto_pub)",
     [("meter/3/status", json.dumps({"uptime_us": 442079460123, "serial": "442079460123"}))], {})
kind("name", "Who opened a door, by name, with readers outside and of every topic (mosquitto_pub, mosquitto_sub)",
     [("building/door-2/visitor", json.dumps({"first_name": "Ada", "last_name": "Okonkwo"}))], {"payload_name": 1}, readers=True)
kind("name-near", "The name of a lamp (mosquitto_pub)",
     [("zigbee/lamp/info", json.dumps({"friendly_name": "Kitchen Lamp", "model": "Tint White"}))], {})
kind("card", "A till sends the number of a card, with readers outside and of every topic (mosquitto_pub, mosquitto_sub)",
     [("shop/till-1/payment", json.dumps({"amount": 12.4, "card_number": CARD}))], {"payload_card": 1}, readers=True)
kind("card-near", "Sixteen digits whose check digit is wrong (mosquitto_pub)",
     [("shop/till-1/ticket", json.dumps({"amount": 12.4, "ticket": CARD[:-1] + str((int(CARD[-1]) + 1) % 10)}))], {})
kind("iban", "An account to be charged, with readers outside and of every topic (mosquitto_pub, mosquitto_sub)",
     [("shop/till-1/transfer", json.dumps({"amount": 12.4, "iban": ACCOUNT}))], {"payload_iban": 1}, readers=True)
kind("iban-near", "The same with its last digits exchanged, so that the check digits are wrong (mosquitto_pub)",
     [("shop/till-1/reference", json.dumps({"amount": 12.4, "reference": ACCOUNT[:-2] + ACCOUNT[:-3:-1]}))], {})
kind("coordinates", "A telephone reports where it is, with readers outside and of every topic; a tracker does over CoAP and "
     "is asked from outside (mosquitto_pub, mosquitto_sub, coap-client)",
     [("owntracks/mira/phone", json.dumps({"_type": "location", "lat": 51.50127, "lon": -0.14189, "tid": "ml"}))],
     {"payload_coordinates": 2, "payload_class_positioning": 1, "coap_client_from_outside": 1}, readers=True, fetched=True,
     over_coap=("/data/fix", json.dumps({"lat": 51.50127, "lon": -0.14189})))
kind("coordinates-near", "A place on a screen (mosquitto_pub)",
     [("office/screen/pointer", json.dumps({"x": 51.501, "y": 14.189}))], {})

# Medical data

MSH = "MSH|^~\\&|LAB|WARD7|EHR|HOSP|20261130102500||ORU^R01|1042|P|2.5\rPID|1||70113||OKONKWO^ADA\rOBX|1|NM|K^Potassium||4.1|mmol/L\r"
kind("hl7v2", "A result of the laboratory in HL7 version 2, with readers outside and of every topic (mosquitto_pub, mosquitto_sub)",
     [("hospital/lab/results", MSH)], {"payload_hl7v2": 1}, readers=True)
kind("hl7v2-near", "A line of a log that is parted by bars (mosquitto_pub)",
     [("office/printer/log", "MSG|1042|printer-7|20261130102500|done\rPID|3312|lpd\r")], {})
kind("fhir", "A patient as a resource of FHIR, with readers outside and of every topic (mosquitto_pub, mosquitto_sub)",
     [("hospital/fhir/patient", json.dumps({"resourceType": "Patient", "id": "70113", "gender": "female", "birthDate": "1971-02-03"}))],
     {"payload_fhir": 1}, readers=True)
kind("fhir-near", "The type of a resource of something else (mosquitto_pub)",
     [("office/printers/list", json.dumps({"resourceType": "printer"}))], {})
DICOM = bytes(128) + b"DICM" + bytes.fromhex("02000000554c04008c000000") + bytes.fromhex("080060004353020044581000") + b"PN\x0a\x00OKONKWO^AD"
kind("dicom", "The beginning of a picture in DICOM, with readers outside and of every topic (mosquitto_pub, mosquitto_sub)",
     [("hospital/imaging/store", DICOM)], {"payload_dicom": 1}, readers=True)
kind("dicom-near", "Bytes of the same length with the four letters in another place (mosquitto_pub)",
     [("lab/scope/trace", b"DICM" + bytes((7 * n) % 251 for n in range(160)))], {})
kind("vital-signs", "A monitor at a bed reports pulse and oxygen, with readers outside and of every topic, and over CoAP "
     "(mosquitto_pub, mosquitto_sub, coap-client)",
     [("hospital/ward7/bed3/vitals", json.dumps({"heart_rate": 72, "spo2": 97}))], {"payload_vital_signs": 2}, readers=True,
     over_coap=("/data/vitals", json.dumps({"heart_rate": 72, "spo2": 97})))
kind("vital-signs-near", "A heartbeat that is a sign of life of a gateway (mosquitto_pub)",
     [("plant/gateway-3/heartbeat", json.dumps({"heartbeat": 1042, "uptime": 5023}))], {})
