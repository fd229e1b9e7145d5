package dev.latchkey.hygiene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.latchkey.secret.Secret;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Whatever holds a secret prints without it, and no JSON of it can be made. */
class SecretHoldersTest {

    private static final String CANARY = "canary-of-a-holder-" + UUID.randomUUID();

    @Test
    @DisplayName("R157 every record that holds a secret prints without it")
    void recordsPrintWithoutIt() throws ReflectiveOperationException {
        List<Class<?>> records = holders().stream().filter(Class::isRecord).collect(Collectors.toList());
        assertThat(records).hasSizeGreaterThan(8);
        for (Class<?> type : records) {
            Object filled = filled(type);
            assertThat(holdsCanary(filled)).as(type + " was really given one").isTrue();
            assertThat(filled.toString()).as(type.getName()).doesNotContain(CANARY);
        }
    }

    @Test
    @DisplayName("R157 no other class that holds a secret has a text of its own")
    void othersHaveNoText() {
        Set<String> printing = holders().stream()
                .filter(type -> !type.isRecord() && type != Secret.class)
                .filter(type -> Arrays.stream(type.getDeclaredMethods())
                        .anyMatch(method -> method.getName().equals("toString") && method.getParameterCount() == 0))
                .map(Class::getName)
                .collect(Collectors.toSet());
        assertThat(printing).isEmpty();
    }

    @Test
    @DisplayName("R157 Jackson writes no secret")
    void hasNoJson() {
        ObjectMapper json = JsonMapper.builder().findAndAddModules().build();
        Secret secret = Secret.of(CANARY);
        for (Object value :
                List.of(secret, List.of(secret), Map.of("secret", secret), Optional.of(secret), new Held(secret))) {
            assertThatThrownBy(() -> json.writeValueAsString(value))
                    .isInstanceOf(JsonProcessingException.class)
                    .hasMessageNotContaining(CANARY);
        }
        assertThat(secret).hasToString("[secret]");
        assertThat(String.valueOf(new Held(secret))).doesNotContain(CANARY);
    }

    /** A holder as it would look by accident in an answer. */
    record Held(Secret secret) {}

    /** Every main class with a field that is a secret or contains one. */
    private static List<Class<?>> holders() {
        return new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("dev.latchkey").stream()
                        .filter(type -> !type.getName().contains(".sandbox."))
                        .filter(type -> type.getFields().stream()
                                .anyMatch(field -> field.getType().getAllInvolvedRawTypes().stream()
                                        .anyMatch(raw -> raw.isEquivalentTo(Secret.class))))
                        .<Class<?>>map(JavaClass::reflect)
                        .toList();
    }

    private static Object filled(Class<?> type) throws ReflectiveOperationException {
        RecordComponent[] components = type.getRecordComponents();
        Constructor<?> constructor = type.getDeclaredConstructor(
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
        constructor.setAccessible(true);
        Object[] values = new Object[components.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = value(components[i].getGenericType());
        }
        return constructor.newInstance(values);
    }

    private static Object value(Type type) throws ReflectiveOperationException {
        if (type instanceof ParameterizedType generic) {
            return container(generic);
        }
        return plain((Class<?>) type);
    }

    private static Object container(ParameterizedType type) throws ReflectiveOperationException {
        Type[] inner = type.getActualTypeArguments();
        Class<?> raw = (Class<?>) type.getRawType();
        if (raw == Optional.class) {
            return Optional.of(value(inner[0]));
        }
        if (raw == Map.class) {
            return Map.of(value(inner[0]), value(inner[1]));
        }
        if (raw == List.class) {
            return List.of(value(inner[0]));
        }
        if (raw == Set.class) {
            return Set.of(value(inner[0]));
        }
        throw new AssertionError("no value is known for " + type);
    }

    private static Object plain(Class<?> type) throws ReflectiveOperationException {
        Map<Class<?>, Object> known = Map.ofEntries(
                Map.entry(Secret.class, Secret.of(CANARY)),
                Map.entry(String.class, "text"),
                Map.entry(Object.class, "o"),
                Map.entry(int.class, 1),
                Map.entry(long.class, 1L),
                Map.entry(boolean.class, true),
                Map.entry(Integer.class, 1),
                Map.entry(Long.class, 1L),
                Map.entry(OptionalLong.class, OptionalLong.of(1)),
                Map.entry(UUID.class, UUID.randomUUID()),
                Map.entry(Instant.class, Instant.EPOCH),
                Map.entry(Duration.class, Duration.ofHours(1)),
                Map.entry(URI.class, URI.create("https://a.example/x")),
                Map.entry(byte[].class, new byte[] {1}));
        if (known.containsKey(type)) {
            return known.get(type);
        }
        if (type.isEnum()) {
            return type.getEnumConstants()[0];
        }
        if (type.isSealed()) {
            return plain(type.getPermittedSubclasses()[0]);
        }
        if (type.isRecord()) {
            return filled(type);
        }
        for (java.lang.reflect.Method method : type.getDeclaredMethods()) {
            if (java.lang.reflect.Modifier.isStatic(method.getModifiers())
                    && method.getReturnType() == type
                    && method.getParameterCount() == 0) {
                method.setAccessible(true);
                return method.invoke(null);
            }
        }
        throw new AssertionError("no value is known for " + type);
    }

    /** Looks into the fields themselves, since nothing else may tell. */
    private static boolean holdsCanary(Object holder) throws ReflectiveOperationException {
        for (Field field : holder.getClass().getDeclaredFields()) {
            field.setAccessible(true);
            Object value = field.get(holder);
            Object inner = value instanceof Optional<?> optional && optional.isPresent() ? optional.get() : value;
            boolean mapped = inner instanceof Map<?, ?> map && map.containsValue(Secret.of(CANARY));
            boolean listed = inner instanceof List<?> list && list.contains(Secret.of(CANARY));
            if (Secret.of(CANARY).equals(inner) || mapped || listed) {
                return true;
            }
        }
        return false;
    }
}
