#!/bin/sh
# Makes the database, the owner and the login of each function. Running it again changes nothing but what was renewed.
# PGHOST, PGUSER and PGPASSWORD say where and as whom; $LOGINS has a folder for each function with the files database,
# username and password.
set -eu

here=$(dirname "$0")
for folder in "$LOGINS"/*/; do
  DATABASE=$(cat "$folder/database") LOGIN=$(cat "$folder/username") PASSWORD=$(cat "$folder/password")
  export DATABASE LOGIN PASSWORD
  psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --dbname postgres --file "$here/database.sql"
  echo "database $DATABASE: $LOGIN can log in"
done
