#!/bin/sh
# Makes what compose.yml needs to be secret, in docker/secrets: passwords, MongoDB's key file, a private certificate
# authority and its certificates. Keeps what is there, so it may be repeated: after an upgrade, and to renew certificates
# that end within 30 days. With names and addresses, the certificate of the site is for these:
#   docker/make-secrets.sh posterr.example.org 192.0.2.7
set -eu
umask 077
here=$(cd "$(dirname "$0")" && pwd)
secrets=${SECRETS_DIR:-$here/secrets}
mkdir -p "$secrets"
cd "$secrets"
# The folder is closed to others on this host. The files in it are open, because Docker shows them to containers as they
# are, and processes in there are users of other numbers.
chmod 700 .
work=$(mktemp -d ./.work.XXXXXX)
trap 'rm -rf "$work"' EXIT
month=2592000

put() { # file; its content comes from stdin
  cat > "$work/content"
  chmod 644 "$work/content"
  mv "$work/content" "$1"
}

password() { # file
  [ -s "$1" ] || openssl rand -hex 24 | put "$1"
}

alternatives() { # names and addresses, as a subjectAltName
  for name in "$@"; do
    case $name in
      *:*) printf ',IP:%s' "$name" ;;
      *[!0-9.]*) printf ',DNS:%s' "$name" ;;
      *) printf ',IP:%s' "$name" ;;
    esac
  done | cut -c 2-
}

is_ours() { # certificate
  [ "$(openssl x509 -noout -issuer_hash -in "$1")" = "$(openssl x509 -noout -subject_hash -in ca.crt)" ]
}

is_good() { # certificate: whether it is there, ours, and does not end soon
  [ -s "$1" ] && is_ours "$1" && openssl x509 -noout -checkend $month -in "$1" > "$work/log"
}

certificate() { # name of the files, usages, names and addresses
  file=$1 usages=$2
  shift 2
  cat > "$work/extensions" << END
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=$usages
subjectAltName=$(alternatives "$@")
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
END
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" \
    -keyout "$work/key" -out "$work/request" 2> "$work/log"
  openssl x509 -req -in "$work/request" -CA ca.crt -CAkey ca.key -set_serial "0x$(openssl rand -hex 16)" \
    -days 397 -sha256 -extfile "$work/extensions" -out "$work/crt" 2> "$work/log"
  put "$file.crt" < "$work/crt"
  put "$file.key" < "$work/key"
}

if [ ! -s ca.key ]; then
  cat > "$work/authority" << END
[req]
prompt=no
distinguished_name=name
x509_extensions=extensions
[name]
CN=Posterr private CA $(openssl rand -hex 4)
[extensions]
basicConstraints=critical,CA:TRUE,pathlen:0
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash
END
  openssl req -x509 -config "$work/authority" -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -sha256 \
    -keyout "$work/ca.key" -out "$work/ca.crt" 2> "$work/log"
  put ca.crt < "$work/ca.crt"
  # For this script only: no container gets it.
  mv "$work/ca.key" ca.key
fi
is_good mongo.crt || certificate mongo serverAuth,clientAuth mongo1 mongo2 mongo3 localhost
cat mongo.crt mongo.key | put mongo.pem
is_good redis.crt || certificate redis serverAuth redis localhost 127.0.0.1
# That of the site is made anew for other names, too; one from elsewhere is left alone.
if [ ! -s tls.crt ] || is_ours tls.crt; then
  before=$(cat tls-names 2> "$work/log" || echo localhost)
  names=${*:-$before}
  if [ "$names" != "$before" ] || ! is_good tls.crt; then
    # shellcheck disable=SC2086 # one word is one name
    certificate tls serverAuth $names
  fi
  echo "$names" | put tls-names
fi

for user in mongo-root mongo mongo-migrate redis redis-monitor; do
  password "$user-password"
done
[ -s mongo-key ] || openssl rand -base64 756 | put mongo-key

# What follows from the above is written anew each time.
digest() { # file
  printf %s "$(cat "$1")" | openssl dgst -sha256 -r | cut -d ' ' -f 1
}
mongo_url() { # user, file of its password
  echo "mongodb://$1:$(cat "$2")@mongo1:27017,mongo2:27017,mongo3:27017/posterr?replicaSet=posterr&tls=true&tlsCAFile=/run/secrets/ca.crt"
}
sed -e "s/POSTERR_DIGEST/$(digest redis-password)/" -e "s/MONITOR_DIGEST/$(digest redis-monitor-password)/" \
  "$here/redis/users.acl" | put redis-users.acl
mongo_url posterr mongo-password | put database-url
mongo_url posterr-migrate mongo-migrate-password | put migrate-url
echo "rediss://posterr:$(cat redis-password)@redis:6379" | put redis-url
echo "The secrets are in $secrets."
