"""Records of each class in messages, and others that come near it. All of it is invented."""

import json

from .payload_tools import kind

kind("class-environment", "Air and soil of a garden, with readers outside and of every topic (mosquitto_pub, mosquitto_sub)",
     [("garden/bed2/soil/moisture", json.dumps({"soil_moisture": 31.2, "air_temperature": 17.4, "humidity": 61}))],
     {"payload_class_environment": 1}, readers=True)
kind("class-environment-near", "How warm the chip of a computer is (mosquitto_pub)",
     [("node/4/health", json.dumps({"cpu_temperature": 51.2, "free_memory": 81244}))], {})
kind("class-positioning", "Where a fork lift is, with readers outside and of every topic (mosquitto_pub, mosquitto_sub)",
     [("tracking/tag-3/location", json.dumps({"zone": "hall-2", "beacon": "b17", "distance": 3.2}))],
     {"payload_class_positioning": 1}, readers=True)
kind("class-positioning-near", "How far a blind is down (mosquitto_pub)",
     [("home/bedroom/blind/position", "40")], {})
kind("class-energy", "A meter for electricity, with readers outside and of every topic (mosquitto_pub, mosquitto_sub)",
     [("energy/meter/grid", json.dumps({"active_power": 1840, "import_kwh": 5231.7, "tariff": 1}))], {"payload_class_energy": 1}, readers=True)
kind("class-energy-near", "The battery of a node (mosquitto_pub)",
     [("node/4/status", json.dumps({"battery": 87, "voltage": 3012}))], {})
kind("class-manufacturing", "Pieces that a line made, with readers outside and of every topic (mosquitto_pub, mosquitto_sub)",
     [("factory/line2/production", json.dumps({"production_order": "4711", "good_parts": 218, "scrap": 3, "cycle_time": 12.4}))],
     {"payload_class_manufacturing": 1}, readers=True)
kind("class-manufacturing-near", "Messages that a gateway counted (mosquitto_pub)",
     [("gateway/2/stats", json.dumps({"messages": 218, "errors": 3, "uptime": 5023}))], {})
kind("class-emergency", "Smoke in a hall, with readers outside and of every topic (mosquitto_pub, mosquitto_sub)",
     [("building/fire/smoke-detector/3", json.dumps({"smoke": True, "fire_alarm": "active"}))], {"payload_class_emergency": 1}, readers=True)
kind("class-emergency-near", "A message that is called urgent (mosquitto_pub)",
     [("office/queue/4", json.dumps({"priority": "urgent", "pages": 12}))], {})
kind("class-transportation", "A bus on its line, with readers outside and of every topic (mosquitto_pub, mosquitto_sub)",
     [("transit/bus/line-18/vehicle/4711", json.dumps({"route": "18", "vehicle": 4711, "next_stop": "Harbour", "delay": 120}))],
     {"payload_class_transportation": 1}, readers=True)
kind("class-transportation-near", "The lines that parts of a computer talk over (mosquitto_pub)",
     [("node/4/i2c", json.dumps({"address": 64, "errors": 0}))], {})
kind("class-consumer", "A lamp in a living room and a vacuum cleaner, with readers outside and of every topic (mosquitto_pub, mosquitto_sub)",
     [("home/livingroom/light", json.dumps({"state": "ON", "brightness": 180})),
      ("home/vacuum/state", json.dumps({"state": "docked", "fan_speed": "quiet"}))], {"payload_class_consumer": 1}, readers=True)
kind("class-consumer-near", "The lamp of a display of a gateway (mosquitto_pub)",
     [("gateway/2/display", json.dumps({"backlight": 180, "timeout": 30}))], {})
kind("class-medical", "An infusion pump, with readers outside and of every topic (mosquitto_pub, mosquitto_sub)",
     [("hospital/ward7/bed3/infusion", json.dumps({"patient": 70113, "infusion_rate": 12.5, "drug": "saline"}))],
     {"payload_class_medical": 1}, readers=True)
kind("class-medical-near", "A pump that is none of a hospital (mosquitto_pub)",
     [("gateway/2/pump", json.dumps({"rate": 12.5, "state": "running"}))], {})
