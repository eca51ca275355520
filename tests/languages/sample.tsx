// TSX: components
import React, { useState } from "react"; //? from react import default as React; from react import useState

interface Props { title: string } //? def interface Props

/** A card. */
export const Card: React.FC<Props> = ({ title, onClose }) => { //? def function Card; bind Card annotation React.FC<Props>; doc A card.
  const [open, setOpen] = useState<boolean>(false); //? call useState in Card
  return (
    <Panel.Body title={title} onClick={() => setOpen(!open)}> {/*? call Panel.Body in Card */}
      <Button<string> kind="x" />{/*? call Button in Card */}
      <div className="plain" />{/*! call div in Card */}
    </Panel.Body>
  );
};
export default Card; //? from  import Card as default
