# What most projects write first; the figures of docker/Dockerfile are measured against it.
FROM python:3.11-slim
WORKDIR /app
COPY . .
RUN pip install .
CMD ["python", "-m", "webapp"]
