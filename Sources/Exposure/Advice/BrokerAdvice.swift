/// How brokers are set right: lines that their own documentation has, of mosquitto 2, EMQX 5, HiveMQ 4 and CE,
/// RabbitMQ 3 and 4.
enum BrokerAdvice {
    /// Nobody without name and password.
    static let logins = [
        Recipe.Product(
            "mosquitto", "In /etc/mosquitto/conf.d/access.conf; then systemctl restart mosquitto.",
            """
            allow_anonymous false
            password_file /etc/mosquitto/passwd
            # a name for each device:
            #   mosquitto_passwd -c /etc/mosquitto/passwd pump-7      (-c for the first only)
            """),
        Recipe.Product(
            "EMQX",
            "In etc/base.hocon (older: etc/emqx.conf): without an authenticator everybody is let in. Users are made "
                + "in the dashboard, "
                + "Access Control > Authentication.",
            """
            authentication = [
              {
                mechanism = password_based
                backend = built_in_database
                user_id_type = username
              }
            ]
            """),
        Recipe.Product(
            "HiveMQ",
            "Put the extension for files (hivemq-file-rbac-extension) into extensions/, with users in its "
                + "credentials.xml, and take away the "
                + "one that lets everybody in.",
            """
            rm -r extensions/hivemq-allow-all-extension
            <!-- credentials.xml -->
            <user>
              <name>pump-7</name>
              <password>...</password>        <!-- hashed by the extension's own jar: java -jar ... -p PASSWORD -->
              <roles><id>device</id></roles>
            </user>
            """),
        Recipe.Product(
            "RabbitMQ",
            "In rabbitmq.conf, the line of your version alone: a broker does not start with a key that it does not know. "
                + "Then make a user for each device and delete guest.",
            """
            anonymous_login_user = none        # 4.0 and newer
            mqtt.allow_anonymous = false       # 3.x
            #   rabbitmqctl add_user pump-7
            #   rabbitmqctl delete_user guest
            """),
    ]

    /// A name for each client.
    static let loginEach = [
        Recipe.Product(
            "mosquitto", "A name and password each, or a certificate each, whose name counts as the user's.",
            """
            mosquitto_passwd /etc/mosquitto/passwd pump-7
            # or, in the listener for TLS:
            cafile /etc/mosquitto/ca_certificates/ca.crt
            require_certificate true
            use_identity_as_username true
            """),
        Recipe.Product("EMQX", "A user each: dashboard, Access Control > Authentication > Users."),
        Recipe.Product("HiveMQ", "A <user> each in credentials.xml, all of them with the role of their kind."),
        Recipe.Product(
            "RabbitMQ", "",
            #"""
            rabbitmqctl add_user pump-7
            rabbitmqctl set_permissions pump-7 \
              '^mqtt-subscription-' '^(mqtt-subscription-|amq\.topic$)' '^(mqtt-subscription-|amq\.topic$)'
            """#),
    ]

    /// Everybody reads and writes what is theirs.
    static let permissions = [
        Recipe.Product(
            "mosquitto", "acl_file /etc/mosquitto/acl in the configuration; what the file does not name is denied.",
            """
            user scada
            topic read plant/#
            topic write plant/+/command
            pattern write plant/%u/state
            pattern read plant/%u/command
            """),
        Recipe.Product(
            "EMQX", "In etc/acl.conf, and in etc/base.hocon: authorization { no_match = deny }",
            """
            {allow, {username, "scada"}, all, ["plant/#"]}.
            {allow, all, publish, ["plant/${username}/state"]}.
            {allow, all, subscribe, ["plant/${username}/command"]}.
            {deny, all}.
            """),
        Recipe.Product(
            "HiveMQ", "Roles in credentials.xml of hivemq-file-rbac-extension.",
            """
            <role>
              <id>device</id>
              <permissions>
                <permission><topic>plant/${{username}}/state</topic><activity>PUBLISH</activity></permission>
                <permission><topic>plant/${{username}}/command</topic><activity>SUBSCRIBE</activity></permission>
              </permissions>
            </role>
            """),
        Recipe.Product(
            "RabbitMQ", "Patterns for writing and reading, on the exchange of MQTT; a dot stands for the slash.",
            #"""
            rabbitmqctl set_topic_permissions pump-7 amq.topic \
              '^plant\.{username}\.state$' '^plant\.{username}\.command$'
            """#),
    ]

    /// The broker's own topics for those who watch it only.
    static let systemTopics = [
        Recipe.Product(
            "mosquitto", "With an acl_file only those read them who are named; or none are sent.",
            """
            # /etc/mosquitto/acl
            user monitor
            topic read $SYS/#
            # or, in the configuration:
            sys_interval 0
            """),
        Recipe.Product(
            "EMQX", "The line that etc/acl.conf comes with; it must stand before any line that allows more.",
            """
            {deny, all, subscribe, ["$SYS/#", {eq, "#"}]}.
            """),
        Recipe.Product("HiveMQ, RabbitMQ", "They have no such topics unless an extension makes them: take it away."),
    ]

    /// TLS, and nothing beside it.
    static let encryption = [
        Recipe.Product(
            "mosquitto", "Instead of listener 1883; or keep that for the machine itself: listener 1883 127.0.0.1",
            """
            listener 8883
            certfile /etc/mosquitto/certs/server.crt
            keyfile /etc/mosquitto/certs/server.key
            """),
        Recipe.Product(
            "EMQX", "In etc/base.hocon (older: etc/emqx.conf).",
            """
            listeners.ssl.default {
              bind = "0.0.0.0:8883"
              ssl_options {
                certfile = "etc/certs/cert.pem"
                keyfile = "etc/certs/key.pem"
              }
            }
            listeners.tcp.default.enable = false
            """),
        Recipe.Product(
            "HiveMQ", "In conf/config.xml, instead of <tcp-listener>.",
            """
            <tls-tcp-listener>
              <port>8883</port>
              <bind-address>0.0.0.0</bind-address>
              <tls>
                <keystore>
                  <path>/opt/hivemq/conf/keystore.jks</path>
                  <password>...</password>
                  <private-key-password>...</private-key-password>
                </keystore>
              </tls>
            </tls-tcp-listener>
            """),
        Recipe.Product(
            "RabbitMQ", "In rabbitmq.conf.",
            """
            mqtt.listeners.tcp = none
            mqtt.listeners.ssl.default = 8883
            ssl_options.cacertfile = /etc/rabbitmq/ca.pem
            ssl_options.certfile = /etc/rabbitmq/server.pem
            ssl_options.keyfile = /etc/rabbitmq/server.key
            """),
    ]
}
