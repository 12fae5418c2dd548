# The wheels are built where a compiler may be needed; the image that runs has none.
FROM python:3.13-slim AS wheels
COPY requirements.lock .
RUN pip wheel --no-cache-dir --no-deps --require-hashes --requirement requirements.lock --wheel-dir /wheels

FROM python:3.13-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN --mount=type=bind,from=wheels,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-index --no-deps /wheels/*.whl \
    && useradd --uid 10001 --no-create-home same-page
WORKDIR /app
COPY . .
RUN install --directory --owner same-page --mode 0700 var var/files var/sweeps
USER 10001:10001
RUN SECRET_KEY=for-this-step-alone python manage.py collectstatic --no-input --verbosity 0
ENV BIND_ADDRESS=0.0.0.0
EXPOSE 8000
CMD ["gunicorn", "recruiting.wsgi"]
