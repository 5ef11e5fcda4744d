"""Makes the captures of this folder: real brokers, servers and clients in two network namespaces."""
