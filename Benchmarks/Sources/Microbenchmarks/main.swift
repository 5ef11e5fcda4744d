import Sensor

print(Protocols.registry.entries.count)
