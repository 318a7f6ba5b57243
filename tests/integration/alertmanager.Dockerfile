# Alertmanager and amtool for tests where its public image cannot be had: Debian's package, of the release after the
# base's, since a receiver's address in a file needs 0.26 or newer.
FROM python:3.11-slim
RUN for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.sources; do \
      if [ -s "$file" ]; then sed 's/bookworm/trixie/g' "$file" > "/etc/apt/sources.list.d/next.${file##*.}"; fi; \
    done && \
    apt-get update -qq && \
    apt-get install -y -qq --no-install-recommends -t trixie prometheus-alertmanager && \
    ln -s /usr/bin/prometheus-alertmanager /usr/bin/alertmanager && \
    rm -rf /var/lib/apt/lists/*
