/// A statement of a specification that a message can break.
///
/// The numbers are this sensor's own and index the bits of `MQTTViolations`; what users see is `name`. To add a statement,
/// add a case here and a row in `MQTTViolation+Names.swift`; where MQTT 3.1 has it too, its section in
/// `MQTTViolation+Sections31.swift`. `MQTTStatement` lists which statement is checked by which of these.
public enum MQTTViolation: UInt8, CaseIterable, Sendable {
    /// The remaining length goes on after four bytes.
    case remainingLengthTooLong
    /// A variable byte integer takes more bytes than it needs.
    case integerNotMinimal
    /// The remaining length ends before a field does.
    case fieldMissing
    /// A length prefix points behind the end of what encloses it.
    case stringTooLong
    /// Bytes follow the last field.
    case bytesLeftOver
    /// Type 0, or type 15 before 5.0.
    case reservedType
    /// A packet that only the other side may send.
    case wrongDirection
    /// Flags of the fixed header that are reserved have other values.
    case headerFlags
    /// The same, of PUBREL.
    case pubrelFlags
    /// The same, of SUBSCRIBE.
    case subscribeFlags
    /// The same, of UNSUBSCRIBE.
    case unsubscribeFlags
    /// The same, of DISCONNECT.
    case disconnectFlags
    /// The same, of AUTH.
    case authFlags
    /// A string is not well-formed UTF-8.
    case illFormedText
    /// A string holds U+0000.
    case nullInText
    /// A user property is not well-formed UTF-8.
    case illFormedPair
    /// The topic name is not well-formed UTF-8.
    case illFormedTopicName
    /// The client identifier is not well-formed UTF-8.
    case illFormedClientID
    /// The will topic is not well-formed UTF-8.
    case illFormedWillTopic
    /// The user name is not well-formed UTF-8.
    case illFormedUserName
    /// A filter of SUBSCRIBE is not well-formed UTF-8.
    case illFormedSubscribeFilter
    /// A filter of UNSUBSCRIBE is not well-formed UTF-8.
    case illFormedUnsubscribeFilter
    /// The response topic is not well-formed UTF-8.
    case illFormedResponseTopic
    /// The content type is not well-formed UTF-8.
    case illFormedContentType
    /// A topic name or filter holds U+0000.
    case nullInTopic
    /// A topic name or filter of no bytes.
    case emptyTopic
    /// A topic name holds `+` or `#`.
    case wildcardInTopicName
    /// The topic name of a PUBLISH holds `+` or `#`.
    case wildcardInPublish
    /// The response topic holds `+` or `#`.
    case wildcardInResponseTopic
    /// `#` is not alone in the last level of a filter.
    case multiLevelWildcard
    /// `+` is not alone in its level of a filter.
    case singleLevelWildcard
    /// A shared subscription has no share name.
    case shareNameEmpty
    /// The share name holds a wildcard, or no filter follows it.
    case shareNameSyntax
    /// Packet identifier 0 where a client must choose one.
    case packetIDZeroFromClient
    /// Packet identifier 0 where a server must choose one.
    case packetIDZeroFromServer
    /// Packet identifier 0 in PUBACK, PUBREC, PUBREL or PUBCOMP.
    case publishAnswerIDZero
    /// Packet identifier 0 in SUBACK or UNSUBACK.
    case subscribeAnswerIDZero
    /// The client's first packet is not CONNECT.
    case connectNotFirst
    /// A second CONNECT on one connection.
    case connectAgain
    /// A protocol name that no specification has, or not the one of that level.
    case protocolName
    /// A protocol level that no specification has.
    case protocolLevel
    /// The reserved connect flag is set.
    case connectReservedFlag
    /// The will flag is set and the packet ends before the will does.
    case willFieldsMissing
    /// Will QoS or will retain without the will flag.
    case willFlagsWithoutWill
    /// Will QoS without the will flag.
    case willQoSWithoutWill
    /// Will QoS 3.
    case willQoSThree
    /// Will retain without the will flag.
    case willRetainWithoutWill
    /// The user name flag is set and the packet ends before the user name does.
    case userNameMissing
    /// The password flag is set and the packet ends before the password does.
    case passwordMissing
    /// A user name stands in the payload, though its flag is not set.
    case userNameUnasked
    /// A password stands in the payload, though its flag is not set.
    case passwordUnasked
    /// A password without a user name, before 5.0.
    case passwordWithoutUserName
    /// The packet ends before the client identifier does.
    case clientIDMissing
    /// An empty client identifier without clean session, before 5.0.
    case clientIDEmpty
    /// MQTT 3.1, section 3.1: a client identifier is 1 to 23 characters long.
    case clientIDLength31
    /// The server's first packet is not CONNACK.
    case connackNotFirst
    /// A second CONNACK on one connection.
    case connackAgain
    /// Reserved bits of the acknowledge flags are set.
    case connackFlags
    /// Session present, though the client asked for a new session.
    case sessionPresentWhenClean
    /// Session present in a refusal.
    case sessionPresentWhenRefused
    /// A return code or reason code that the table does not have.
    case connackCode
    /// DUP with QoS 0.
    case duplicateOfQoSZero
    /// The same, as a fault of the delivery of QoS 0.
    case duplicateInDeliveryZero
    /// A PUBLISH of QoS 3.
    case publishQoSThree
    /// A PUBLISH without a topic name.
    case topicNameMissing
    /// Topic alias 0.
    case topicAliasZero
    /// A client's topic alias is above what the server allowed.
    case topicAliasAboveServerMaximum
    /// A server's topic alias is above what the client allowed.
    case topicAliasAboveClientMaximum
    /// A topic alias that was not introduced.
    case topicAliasUnknown
    /// A client's PUBLISH holds a subscription identifier.
    case subscriptionIdentifierFromClient
    /// A reason code that the packet's table does not have.
    case reasonCode
    /// A reason code that only the other side may send.
    case reasonCodeOfOtherSide
    /// A SUBSCRIBE without a filter.
    case subscribeWithoutFilter
    /// An UNSUBSCRIBE without a filter.
    case unsubscribeWithoutFilter
    /// Reserved bits beside a requested QoS are set.
    case subscribeReservedBits
    /// A requested QoS of 3.
    case subscribeQoSThree
    /// Retain handling 3.
    case retainHandlingThree
    /// No local on a shared subscription.
    case noLocalOnShared
    /// A SUBACK that answers no SUBSCRIBE.
    case subackUnasked
    /// A SUBACK has more or fewer codes than the SUBSCRIBE had filters.
    case subackCount
    /// A SUBACK, or an UNSUBACK of 5.0, without a code: every request has at least one filter.
    case answerEmpty
    /// A code of a SUBACK that neither grants a QoS nor refuses.
    case grantUnclear
    /// An UNSUBACK has more or fewer codes than the UNSUBSCRIBE had filters.
    case unsubackCount
    /// A server's DISCONNECT before its CONNACK.
    case disconnectBeforeConnack
    /// A server's DISCONNECT holds a session expiry interval.
    case sessionExpiryFromServer
    /// A packet after the sender's DISCONNECT.
    case packetAfterDisconnect
    /// A server's AUTH, though the CONNECT had no authentication method.
    case authUnaskedFromServer
    /// A client's AUTH, though its CONNECT had no authentication method.
    case authUnaskedFromClient
    /// A server's AUTH that neither goes on nor ends the exchange.
    case authCodeFromServer
    /// A client's AUTH that neither goes on nor begins the exchange anew.
    case authCodeFromClient
    /// An AUTH with content that does not name the method.
    case authMethodMissing
    /// Authentication data without a method in a CONNECT.
    case authDataWithoutMethod
    /// The property length is left out.
    case propertyLengthMissing
    /// The property length points behind the end of the packet.
    case propertyLengthTooLong
    /// A property identifier that the table does not have.
    case propertyUnknown
    /// A property that may not stand in this packet.
    case propertyNotAllowed
    /// A property stands twice.
    case propertyRepeated
    /// A property has a value that its section forbids.
    case propertyValue
    /// A property of the will stands twice.
    case willPropertyRepeated
    /// A property of the will has a value that its section forbids.
    case willPropertyValue
    /// A client's new packet has a packet identifier that is in use.
    case packetIDInUseByClient
    /// A server's new packet has a packet identifier that is in use.
    case packetIDInUseByServer
    /// PUBACK, PUBREC, PUBREL or PUBCOMP for a packet identifier that is not in use.
    case answerUnasked
    /// An UNSUBACK that answers no UNSUBSCRIBE.
    case unsubackUnasked
    /// A PUBACK for a PUBLISH of QoS 2.
    case pubackForQoSTwo
    /// A PUBREC for a PUBLISH of QoS 1.
    case pubrecForQoSOne
    /// A PUBLISH once more after its PUBREL.
    case publishAfterRelease
    /// A PUBLISH once more on the same connection.
    case resentOnSameConnection
    /// DUP on a server's PUBLISH that was not sent before.
    case duplicateOfNothing
    /// A client's PUBACK before that of an earlier PUBLISH.
    case pubackOrder
    /// A client's PUBREC before that of an earlier PUBLISH.
    case pubrecOrder
    /// A client's PUBREL before that of an earlier PUBREC.
    case pubrelOrder
    /// More unanswered packets of a client than the server's Receive Maximum.
    case receiveMaximumOfServer
    /// More unanswered packets of a server than the client's Receive Maximum.
    case receiveMaximumOfClient
    /// A packet longer than the client's Maximum Packet Size.
    case packetTooLargeForClient
    /// A packet longer than the server's Maximum Packet Size.
    case packetTooLargeForServer
    /// A PUBLISH above the server's Maximum QoS.
    case qosAboveMaximum
    /// A PUBLISH to be retained, though the server retains none.
    case retainNotAvailable
    /// A server let in a client whose will is above its Maximum QoS.
    case willQoSAccepted
    /// A server that retains nothing let in a client whose will is to be retained.
    case willRetainAccepted
    /// A filter with a wildcard, though the server takes none.
    case wildcardNotAvailable
    /// A subscription identifier, though the server takes none.
    case subscriptionIDNotAvailable
    /// A shared subscription, though the server takes none.
    case sharedNotAvailable
    /// A server let in a client without a client identifier and assigned none.
    case assignedIDMissing
    /// A server let in a client without a client identifier that wants to keep its session.
    case emptyClientIDAccepted
    /// Response information that the client did not ask for.
    case responseInformationUnasked
    /// A reason string or user property that the client does not want.
    case problemInformationUnwanted
    /// A client that asked for an authentication sent something else before the CONNACK.
    case packetDuringAuth
    /// Another authentication method than that of the CONNECT, or none.
    case authMethodChanged
    /// The same in a re-authentication.
    case reauthMethodChanged
    /// A server's AUTH before the CONNACK that does not go on with the authentication.
    case authNotContinuedByServer
    /// A client's AUTH before the CONNACK that does not go on with the authentication.
    case authNotContinuedByClient
    /// A server's packet after it refused the client.
    case packetAfterRefusal
    /// A session expiry interval in a DISCONNECT, though the CONNECT had none.
    case expiryRaised
    /// A client was silent for one and a half times its keep alive.
    case keepAliveExceeded
    /// A reason string in a packet longer than the receiver's Maximum Packet Size.
    case reasonStringTooLong
    /// User properties in a packet longer than the receiver's Maximum Packet Size.
    case userPropertyTooLong
    /// The keep alive that a client exceeded was the server's.
    case serverKeepAliveExceeded
    /// The same, as a fault in what a client makes of the CONNACK.
    case serverKeepAliveIgnored
    /// A server's topic alias is above the Topic Alias Maximum of the CONNECT.
    case topicAliasAboveClientLimit
    /// A server's topic alias, though the CONNECT allows none.
    case topicAliasToClientUnwanted
    /// A client's topic alias is above the Topic Alias Maximum of the CONNACK.
    case topicAliasAboveServerLimit
    /// A client's topic alias, though the CONNACK allows none.
    case topicAliasToServerUnwanted
    /// The client identifier that a server assigned is not in its CONNACK.
    case assignedIDNotReturned
    /// A PUBACK or PUBREC that the QoS of the PUBLISH does not ask for.
    case answerForOtherQoS
    /// The same, of a client.
    case clientAnswerForOtherQoS
    /// A message without a subscription identifier, though each subscription that takes it in has one.
    case subscriptionIDMissing
    /// An UNSUBACK with a packet identifier that no UNSUBSCRIBE had.
    case unsubackIDUnknown
    /// A new PUBLISH of QoS 1 with a packet identifier that is in use.
    case packetIDInUseByQoSOne
    /// The same, of QoS 2.
    case packetIDInUseByQoSTwo
    /// DUP on a server's PUBLISH of QoS 1 that was not sent before.
    case duplicateAtFirstOfQoSOne
    /// The same, of QoS 2.
    case duplicateAtFirstOfQoSTwo
    /// A PUBREL for a packet identifier of which no PUBLISH of QoS 2 is known.
    case pubrelUnasked
    /// A PUBCOMP for a packet identifier of which no PUBREL is known.
    case pubcompUnasked
    /// A PUBLISH once more after it was refused.
    case resentAfterRefusal
    /// A client's PUBLISH once more on a new connection, after one that it had sent later.
    case resendOrder
    /// A PUBLISH though as many are unanswered as the other side allows.
    case sendQuotaExceeded
    /// A retained message of a topic that begins with `$`, which only a filter that begins with a wildcard takes in.
    case dollarTopicMatched
    /// A server's packet after it refused the client identifier.
    case packetAfterIDRefused
}
