# Two images: `broker` and `sandbox`. The build needs nothing but this folder and a Maven repository; what runs has a Java
# runtime and our files, no shell, no package manager, and not the rights of root.
FROM maven:3.9.11-eclipse-temurin-21 AS build
WORKDIR /build
COPY pom.xml ./
COPY partner-sandbox partner-sandbox
COPY keycloak-extensions keycloak-extensions
COPY broker-server broker-server
RUN --mount=type=cache,target=/root/.m2 \
    mvn -q -B -pl partner-sandbox,broker-server -am package -Dmaven.test.skip=true -Dspotless.check.skip=true
COPY deploy/image/Probe.java deploy/image/Probe.java
RUN javac -d /probe deploy/image/Probe.java && install -d -m 0700 /srv/latchkey/data /srv/latchkey/login/broker-1 \
    /srv/latchkey/login/broker-2 /srv/latchkey/login/broker-3

# distroless: Java 21 on Debian 12, at /usr/bin/java on every processor, user 65532
FROM gcr.io/distroless/java21-debian12:nonroot@sha256:a801e7ccb0606399ae950b0010b03261d4cee3d9866aa2930de6e0dcb4a5b0f5 AS java
COPY --from=build /probe /opt/probe
USER 65532:65532

FROM java AS broker
COPY --from=build /build/broker-server/target/quarkus-app /opt/latchkey
# The places of volumes, so that these belong to the one who runs here.
COPY --from=build --chown=65532:65532 /srv/latchkey /srv/latchkey
WORKDIR /opt/latchkey
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/bin/java", "--enable-native-access=ALL-UNNAMED", "-jar", "/opt/latchkey/quarkus-run.jar"]

FROM java AS sandbox
COPY --from=build /build/partner-sandbox/target/partner-sandbox.jar /opt/latchkey/partner-sandbox.jar
COPY --from=build /build/partner-sandbox/target/lib /opt/latchkey/lib
WORKDIR /opt/latchkey
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/bin/java", "-jar", "/opt/latchkey/partner-sandbox.jar", "--port", "8600"]
