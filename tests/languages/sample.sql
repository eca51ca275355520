-- SQL: what must be found

-- All who may log in.
CREATE TABLE app.users ( --? def table app.users; doc All who may log in.
  id INT PRIMARY KEY, --? def column app.users.id
  name TEXT --? def column app.users.name
);
CREATE OR REPLACE VIEW names AS SELECT name FROM users; --? def view names
CREATE TABLE IF NOT EXISTS logs (id INT); --? def table logs; def column logs.id
CREATE FUNCTION twice(a INT) RETURNS INT AS $$ SELECT a * 2 $$ LANGUAGE sql; --? def function twice
CREATE TRIGGER changed BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION twice(); --? def trigger changed
CREATE TYPE mood AS ENUM ('good'); --? def type mood
SELECT twice(1);
