// CoAP
